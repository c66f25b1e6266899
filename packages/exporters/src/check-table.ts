import type { EmbeddingTable } from '@mochi/contract';
import { embeddingTableInvalid } from './errors.js';

/**
 * Every column has as many entries as there are rows.
 *
 * @throws MOCHI_EMBEDDING_TABLE_INVALID, which says which column is off and by how much.
 */
export function checkTable({ rows, dim, features, ids, names, labels }: EmbeddingTable): void {
  if (!Number.isInteger(rows) || rows < 0) throw embeddingTableInvalid(`rows is ${rows}`);
  if (!Number.isInteger(dim) || dim < 1) throw embeddingTableInvalid(`dim is ${dim}`);
  const columns = { features: [features.length, rows * dim], ids: [ids.length, rows], names: [names.length, rows] };
  const all: Record<string, number[]> = labels ? { ...columns, labels: [labels.length, rows] } : columns;
  for (const [name, [got, want]] of Object.entries(all))
    if (got !== want) throw embeddingTableInvalid(`${name} has ${got} entries and ${rows} rows of ${dim} need ${want}`);
}

/** The class name of a row, or null where it has no label or the label no name. */
export function className({ labels, classes }: EmbeddingTable, row: number): string | null {
  return labels ? (classes?.[labels[row]!] ?? null) : null;
}

/** The label of a row, or null where there is none: -1 means unlabelled. */
export function labelOf({ labels }: EmbeddingTable, row: number): number | null {
  const label = labels?.[row];
  return label === undefined || label < 0 ? null : label;
}
