import { DEFAULT_BANK, type BankState, type SampleContext } from '@mochi/contract';
import { createRng, l2Normalize } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** The tensors that a sampler reads: what a compiled step would hand it. Plain, so that it can cross into a compiled function. */
export interface SampleInputs {
  readonly queries: tf.Tensor2D;
  readonly positives: tf.Tensor2D;
  readonly ids: tf.Tensor1D;
  readonly labels: tf.Tensor1D;
  readonly similarities: tf.Tensor2D;
  readonly bank: Record<string, tf.Tensor>;
  readonly mask?: tf.Tensor2D;
  readonly step: tf.Scalar;
  readonly epoch: tf.Scalar;
  readonly scalars: Record<string, tf.Scalar>;
}

export interface Sizes {
  /** B. Default 6. */
  readonly batch?: number;
  /** K. Default 64. */
  readonly capacity?: number;
  /** D. Default 16. */
  readonly dim?: number;
}

/** Fixed inputs of these sizes: unit vectors, ids in no order, five classes, a full bank. The caller disposes them. */
export function sampleInputs(
  { batch = 6, capacity = 64, dim = 16 }: Sizes,
  step: number,
  scalars: Record<string, number> = {},
): SampleInputs {
  return tf.tidy(() => {
    const rng = createRng(11, 'conformance');
    const unit = (rows: number) => l2Normalize(rng.normal([rows, dim])) as tf.Tensor2D;
    const [queries, positives, rows] = [unit(batch), unit(batch), unit(capacity)];
    const ints = (length: number, value: (at: number) => number) =>
      tf.tensor1d(
        Int32Array.from({ length }, (_, at) => value(at)),
        'int32',
      );
    return {
      queries,
      positives,
      ids: ints(batch, (at) => 1000 + ((at * 7) % batch) * 13),
      labels: ints(batch, (at) => at % 5),
      similarities: tf.matMul<tf.Tensor2D>(queries, rows, false, true),
      bank: {
        rows,
        ids: ints(capacity, (at) => at),
        writtenAt: ints(capacity, (at) => Math.floor(at / batch)),
        labels: ints(capacity, (at) => (at * 3) % 5),
        cursor: tf.scalar(0, 'int32'),
        filled: tf.scalar(capacity, 'int32'),
      },
      step: tf.scalar(step, 'int32'),
      epoch: tf.scalar(Math.floor(step / 100), 'int32'),
      scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.scalar(value)])),
    };
  });
}

/** The context that a sampler gets for these inputs. Draws are keyed by the seed and the step. */
export const sampleContext = (
  inputs: Omit<SampleInputs, 'labels'> & Partial<Pick<SampleInputs, 'labels'>>,
  phase: string,
  seed = 1,
): SampleContext => ({
  ...inputs,
  bankName: DEFAULT_BANK,
  temperature: 0.2,
  bank: inputs.bank as unknown as BankState,
  previous: [],
  phase,
  rng: createRng(seed, 'sampler', inputs.step),
});

/** The rows `order` of the inputs, in that order; bank and scalars are shared. The caller disposes the fresh tensors. */
export function permuted(inputs: SampleInputs, order: readonly number[]): SampleInputs {
  const at = tf.tensor1d(Int32Array.from(order), 'int32');
  const take = <T extends tf.Tensor>(x: T) => tf.gather(x, at) as T;
  const { queries, positives, ids, labels, similarities, mask } = inputs;
  const taken = {
    queries: take(queries),
    positives: take(positives),
    ids: take(ids),
    labels: take(labels),
    similarities: take(similarities),
  };
  return { ...inputs, ...taken, ...(mask && { mask: take(mask) }) };
}

/** A mask that leaves the rows to each query for which `free` says so. */
export const maskWhere = (batch: number, capacity: number, free: (query: number, row: number) => boolean): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: batch * capacity }, (_, at) => (free(Math.floor(at / capacity), at % capacity) ? 0 : -Infinity)),
    [batch, capacity],
  );
