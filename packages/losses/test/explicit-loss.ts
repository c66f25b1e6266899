import type { Block, Denominator } from '@mochi/contract';
import { createRng, l2Normalize, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { materializeMixture } from '../src/index.js';

export interface Problem {
  queries: tf.Tensor2D;
  positives: tf.Tensor2D;
  bank: tf.Tensor2D;
}

/** Random unit queries and positives [B, D], and a bank [K, D]. */
export function randomProblem(seed: number, batch: number, width: number, capacity: number): Problem {
  const rng = createRng(seed, 'problem');
  const unit = (rows: number): tf.Tensor2D => l2Normalize(rng.normal([rows, width])) as tf.Tensor2D;
  return tf.tidy(() => ({ queries: unit(batch), positives: unit(batch), bank: unit(capacity) }));
}

/**
 * The loss by its definition: every negative an explicit vector, cut from the tape, and plain ops that differentiate by themselves.
 * Independent of the closed form in all but the blocks' meaning.
 */
export function explicitLoss(
  queries: tf.Tensor2D,
  positives: tf.Tensor2D,
  bank: tf.Tensor2D,
  blocks: Block[],
  temperature: number,
  denominator: Denominator = { kind: 'with-positive' },
): tf.Scalar {
  const columns = blocks.map((block) => {
    const cosines = tf.sum(tf.mul(tf.expandDims(queries, 1), stopGradient(negativesOf(block, bank, queries))), 2); // [B, M]
    const logits = tf.div(cosines, temperature);
    return block.logWeights ? tf.add(logits, block.logWeights) : logits;
  });
  const mass = blocks.reduce((sum, block, at) => sum + (block.logWeights ? NaN : columns[at]!.shape[1]!), 0);
  const crowd = tf.logSumExp(tf.concat(columns, 1), 1); // [B]
  const own = tf.div(tf.sum(tf.mul(queries, positives), 1), temperature);
  return tf.mean(perQuery(own, crowd, mass, temperature, denominator));
}

function perQuery(own: tf.Tensor, crowd: tf.Tensor, mass: number, temperature: number, denominator: Denominator): tf.Tensor {
  if (denominator.kind === 'with-positive') return tf.sub(tf.logSumExp(tf.stack([own, crowd], 1), 1), own);
  if (denominator.kind === 'without-positive') return tf.sub(crowd, tf.mul(own, denominator.positiveWeights ?? 1));
  const [tauPlus, floor] = [Number(denominator.tauPlus), Number(denominator.floor)];
  const rest = tf.div(tf.sub(tf.exp(crowd), tf.mul(tauPlus * mass, tf.exp(own))), 1 - tauPlus);
  const estimate = tf.maximum(rest, mass * Math.exp(floor / temperature));
  return tf.sub(tf.log(tf.add(tf.exp(own), estimate)), own);
}

/** [B, M, D], or [1, K, D] for a bank. */
export function negativesOf(block: Block, bank: tf.Tensor2D, queries: tf.Tensor2D): tf.Tensor3D {
  if (block.kind === 'bank') return tf.expandDims(bank, 0);
  return block.kind === 'rows' ? block.rows : materializeMixture(block, bank, queries);
}
