import { DT, type NodeDef, type TensorProto } from './messages.js';

/** A constant of a graph on the host, row-major. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** The value of a Const node; undefined where it is of an element type that encoders do not use. */
export function hostTensor({ attr }: NodeDef): HostTensor | undefined {
  const { dtype, tensor_shape, tensor_content, float_val, int_val } = attr['value']!.tensor as TensorProto;
  const shape = (tensor_shape?.dim ?? []).map(({ size }) => size ?? 0);
  if (dtype !== DT.float32 && dtype !== DT.int32) return undefined;
  const ArrayType = dtype === DT.float32 ? Float32Array : Int32Array;
  if (tensor_content?.length) return { shape, data: new ArrayType(tensor_content.slice().buffer) };
  // A list that is shorter than the tensor goes on with its last value; an empty one is zeros.
  const given = (dtype === DT.float32 ? float_val : int_val) ?? [];
  const data = new ArrayType(sizeOf(shape));
  for (let at = 0; at < data.length; at++) data[at] = given[Math.min(at, given.length - 1)] ?? 0;
  return { shape, data };
}

/** Axes in another order, as numpy's transpose. */
export function transposed({ shape, data }: HostTensor, order: readonly number[]): HostTensor {
  const made = order.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const out = data.slice();
  const at = made.map(() => 0);
  for (let to = 0; to < out.length; to++) {
    out[to] = data[order.reduce((from, axis, i) => from + at[i]! * strides[axis]!, 0)]!;
    for (let axis = made.length - 1; axis >= 0 && ++at[axis]! === made[axis]; axis--) at[axis] = 0;
  }
  return { shape: made, data: out };
}
