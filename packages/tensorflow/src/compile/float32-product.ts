import { attr, type Attr } from '../native/attributes.js';
import { DTYPES } from '../native/dtypes.js';

const TRANSPOSED: Readonly<Record<string, string>> = { transpose_a: 'adj_x', transpose_b: 'adj_y' };

/**
 * A matrix product that TensorFlow's mixed precision leaves alone: BatchMatMulV3 is the same product, as fast in float32, and is not on the lists
 * of ops to lower, as MatMul and the older forms are.
 *
 * @returns Name and attributes of the op to use instead; undefined where `name` is no product of float32.
 */
export function float32Product(
  name: string,
  attrs: readonly Attr[],
  dtypeOfInput: () => number | undefined,
): [string, readonly Attr[]] | undefined {
  if (name !== 'MatMul' && name !== 'BatchMatMul' && name !== 'BatchMatMulV2') return undefined;
  if (dtypeOfInput() !== DTYPES.float32) return undefined;
  const kept = attrs
    .map((attribute) => ({ ...attribute, name: TRANSPOSED[attribute.name] ?? attribute.name }))
    .filter((attribute) => attribute.name === 'adj_x' || attribute.name === 'adj_y');
  return ['BatchMatMulV3', [...kept, attr.type('Tout', 'float32')]];
}
