import { DEFAULT_BANK, type SampleContext } from '@mochi/contract';
import { createRng, l2Normalize } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

export interface ContextOptions {
  batch?: number;
  width?: number;
  capacity?: number;
  ids?: number[];
  seed?: number;
  step?: number;
  phase?: string;
  mask?: tf.Tensor2D;
}

/** What a sampler sees: random unit queries against a bank of random unit rows. */
export function makeContext({
  batch = 4,
  width = 16,
  capacity = 32,
  ids,
  seed = 1,
  step = 0,
  phase = 'full',
  mask,
}: ContextOptions = {}): SampleContext {
  const rng = createRng(1, 'vectors');
  const unit = (rows: number): tf.Tensor2D => l2Normalize(rng.normal([rows, width])) as tf.Tensor2D;
  const [queries, positives, rows] = [unit(batch), unit(batch), unit(capacity)];
  const index = tf.fill([capacity], -1, 'int32') as tf.Tensor1D;
  const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');
  return {
    queries,
    positives,
    ids: tf.tensor1d(ids ?? [...Array(batch).keys()], 'int32'),
    bank: { rows, ids: index, writtenAt: index, cursor: int(0), filled: int(capacity) },
    similarities: tf.matMul(queries, rows, false, true),
    ...(mask ? { mask } : {}),
    previous: [],
    bankName: DEFAULT_BANK,
    temperature: 0.2,
    phase,
    step: int(step),
    epoch: int(0),
    rng: createRng(seed, 'sampler/test', step),
    scalars: {},
  };
}

/** Leaves rows out: [B, K], -Infinity where `out` says so. */
export const maskOf = (batch: number, capacity: number, out: (query: number, row: number) => boolean): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: batch }, (_, b) => Array.from({ length: capacity }, (_, k) => (out(b, k) ? -Infinity : 0))),
    [batch, capacity],
  );
