import { INPUT, type FrozenEncoder } from './freeze-encoder.js';
import { DT } from './messages.js';

interface TensorInfo {
  readonly name: string;
  readonly dtype: number;
  readonly tensor_shape: { readonly dim: readonly { readonly size: number }[] };
}

export interface Signature {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
  readonly method_name: string;
}

/** What a frozen encoder takes and gives, as TensorFlow describes it; -1: any batch. */
export const signatureOf = ({ size, outputs }: FrozenEncoder): Signature => ({
  inputs: { [INPUT]: infoOf(INPUT, [-1, size, size, 3]) },
  outputs: Object.fromEntries(outputs.map(({ name, dim }) => [name, infoOf(name, [-1, dim])])),
  method_name: 'tensorflow/serving/predict',
});

const infoOf = (name: string, shape: readonly number[]): TensorInfo => ({
  name: `${name}:0`,
  dtype: DT.float32,
  tensor_shape: { dim: shape.map((size) => ({ size })) },
});
