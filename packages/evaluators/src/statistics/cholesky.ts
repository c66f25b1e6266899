/**
 * The Cholesky factor L of a symmetric positive matrix, A = L L', in the lower triangle of A, in place. A pivot that rounding has brought to 0 or
 * below becomes Infinity, which leaves its unknown at 0.
 *
 * @param a [dim, dim], row-major, float64.
 */
export function cholesky(a: Float64Array, dim: number): void {
  for (let j = 0; j < dim; j++) {
    const before = a[j * dim + j]!;
    const pivot = before - rowDot(a, dim, j, j);
    const diagonal = pivot > 1e-12 * before ? Math.sqrt(pivot) : Infinity;
    a[j * dim + j] = diagonal;
    for (let i = j + 1; i < dim; i++) a[i * dim + j] = (a[i * dim + j]! - rowDot(a, dim, i, j)) / diagonal;
  }
}

/** Of the first j entries of rows i and j. */
function rowDot(a: Float64Array, dim: number, i: number, j: number): number {
  let total = 0;
  for (let k = 0; k < j; k++) total += a[i * dim + k]! * a[j * dim + k]!;
  return total;
}

/** Solves L X = B in place. @param b [dim, columns], row-major. */
export function solveLower(l: Float64Array, b: Float64Array, dim: number, columns: number): void {
  for (let i = 0; i < dim; i++) {
    for (let k = 0; k < i; k++) subtractRow(b, i, k, l[i * dim + k]!, columns);
    for (let c = 0; c < columns; c++) b[i * columns + c]! /= l[i * dim + i]!;
  }
}

/** Solves L' X = B in place. @param b [dim, columns], row-major. */
export function solveUpper(l: Float64Array, b: Float64Array, dim: number, columns: number): void {
  for (let i = dim - 1; i >= 0; i--) {
    for (let k = i + 1; k < dim; k++) subtractRow(b, i, k, l[k * dim + i]!, columns);
    for (let c = 0; c < columns; c++) b[i * columns + c]! /= l[i * dim + i]!;
  }
}

function subtractRow(b: Float64Array, from: number, row: number, scale: number, columns: number): void {
  if (!Number.isFinite(scale)) return;
  for (let c = 0; c < columns; c++) b[from * columns + c]! -= scale * b[row * columns + c]!;
}
