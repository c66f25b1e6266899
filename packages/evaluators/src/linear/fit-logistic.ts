import * as tf from '@tensorflow/tfjs-core';
import type { LabelledRows } from '../features/rows.js';
import { minimise, type Evaluated } from './minimise.js';

/** Weights of a linear classifier on the host: W [D, C] row-major, then b [C]. */
export type FlatProbe = Float64Array;

export interface LogisticOptions {
  readonly classes: number;
  /** Of penalty / 2 ||W||^2, added to the mean cross-entropy; the bias is free. */
  readonly penalty: number;
  readonly iterations: number;
  readonly signal?: AbortSignal;
}

/** Numbers of one block of logits at most: 64 MiB of float32. */
const BLOCK = 16 * 2 ** 20;

/**
 * Multinomial logistic regression to its minimum, by L-BFGS over all rows. Scikit-learn's LogisticRegression(C) is the penalty 1 / (C R).
 * Products are float32 on the engine, sums over blocks and everything else float64.
 */
export async function fitLogistic(train: LabelledRows, options: LogisticOptions): Promise<FlatProbe> {
  const { rows, dim, features } = train;
  const { classes, penalty, iterations, signal } = options;
  const perBlock = Math.max(1, Math.min(rows, Math.floor(BLOCK / classes)));
  const blocks = Array.from({ length: Math.ceil(rows / perBlock) }, (_, at) => {
    const [start, end] = [at * perBlock, Math.min(rows, (at + 1) * perBlock)];
    return {
      rows: tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]),
      labels: tf.tensor1d(train.labels.subarray(start, end), 'int32'),
    };
  });
  try {
    const at = (flat: FlatProbe): Promise<Evaluated> => {
      signal?.throwIfAborted();
      return lossAt(blocks, flat, rows, dim, classes, penalty);
    };
    return await minimise(at, new Float64Array((dim + 1) * classes), { iterations });
  } finally {
    for (const block of blocks) tf.dispose([block.rows, block.labels]);
  }
}

interface Block {
  readonly rows: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
}

async function lossAt(
  blocks: readonly Block[],
  flat: FlatProbe,
  rows: number,
  dim: number,
  classes: number,
  penalty: number,
): Promise<Evaluated> {
  const gradient = new Float64Array(flat.length);
  let value = 0;
  const probe = Float32Array.from(flat);
  for (const block of blocks) {
    const parts = tf.tidy(() => blockLoss(block, probe, dim, classes));
    const [loss, weights, bias] = await Promise.all(parts.map((part) => part.data()));
    tf.dispose(parts);
    value += loss![0]! / rows;
    for (let d = 0; d < weights!.length; d++) gradient[d]! += weights![d]! / rows;
    for (let c = 0; c < classes; c++) gradient[dim * classes + c]! += bias![c]! / rows;
  }
  for (let d = 0; d < dim * classes; d++) {
    value += (penalty / 2) * flat[d]! ** 2;
    gradient[d]! += penalty * flat[d]!;
  }
  return { value, gradient };
}

/** @returns Sums over the rows of the block: cross-entropy in nats, gradient of W [D, C], gradient of b [C]. */
function blockLoss({ rows, labels }: Block, probe: Float32Array, dim: number, classes: number): tf.Tensor[] {
  const weights = tf.tensor2d(probe.subarray(0, dim * classes), [dim, classes]);
  const bias = tf.tensor1d(probe.subarray(dim * classes));
  const logs = tf.logSoftmax(tf.add(tf.matMul(rows, weights), bias) as tf.Tensor2D);
  const target = tf.cast(tf.oneHot(labels, classes), 'float32');
  const error = tf.sub<tf.Tensor2D>(tf.exp(logs), target);
  return [tf.neg(tf.sum(tf.mul(logs, target))), tf.matMul(rows, error, true, false), tf.sum(error, 0)];
}
