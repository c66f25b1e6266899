/** Header and data start at multiples of this, so that readers may map the array into memory. */
const ALIGNMENT = 64;

/**
 * The header of a version 1.0 .npy file: magic, version, length, and a Python literal padded with spaces.
 *
 * @param shape Row-major (C order), e.g. [rows, dim]. @param descr numpy's name of the element type: `<f4` is little-endian float32.
 * @see NEP 1, A Simple File Format for NumPy Arrays
 */
export function npyHeader(shape: readonly number[], descr = '<f4'): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const literal = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const total = Math.ceil((10 + literal.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]); // \x93NUMPY, version 1.0
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  bytes.set(new TextEncoder().encode(literal), 10);
  bytes[total - 1] = 0x0a;
  return bytes;
}
