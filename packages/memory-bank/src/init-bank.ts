import type { BankState, Rng } from '@mochi/contract';
import { l2Normalize } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * An empty bank: rows are random unit vectors, so that the first batches have negatives; ids, ages and labels are -1.
 *
 * @param size capacity K in rows, width D, and whether rows keep labels.
 * @returns New tensors, [K, D], [K] and scalars; the caller disposes them.
 * @see He et al. 2020, arXiv:1911.05722: the queue starts as normalised Gaussian vectors.
 */
export function initBank(size: { capacity: number; dim: number; labels?: boolean }, rng: Rng): BankState {
  const { capacity, dim, labels = false } = size;
  const none = () => tf.fill([capacity], -1, 'int32') as tf.Tensor1D;
  return tf.tidy(() => ({
    rows: l2Normalize(rng.normal([capacity, dim])) as tf.Tensor2D,
    ids: none(),
    writtenAt: none(),
    ...(labels && { labels: none() }),
    cursor: tf.scalar(0, 'int32'),
    filled: tf.scalar(0, 'int32'),
  }));
}
