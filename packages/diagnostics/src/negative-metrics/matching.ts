import type { Drawn } from '@mochi/contract';
import { logSumExp, topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Columns } from './columns.js';
import { once, type Measures } from './measures.js';

/** Ranks whose matching probability is reported. */
const RANKS = Array.from({ length: 11 }, (_, power) => 2 ** power); // 1 .. 1024

/**
 * How the loss spreads over the negatives. With p_j = e^(x_j) / (e^s + sum_m e^(x_m)), the probability that a query is matched with negative j
 * (s, x: cosines over t, log-weights included): the mean over queries of p at each rank, largest first; and the effective number of negatives,
 * the mean of e^H, H the entropy of p among the negatives alone.
 *
 * @see Kalantidis et al. 2020, arXiv:2010.01028, figure 2: sorted matching probabilities
 */
export function matchingMetrics(drawn: Drawn, columns: () => Columns[]): Measures {
  const { temperature } = drawn;
  const logits = once(() => tf.concat<tf.Tensor2D>(columns().map((one) => logitsOf(one, temperature)), 1)); // prettier-ignore
  const crowd = once(() => logSumExp(logits(), 1, true));
  const profile = once(() => {
    const cosine = tf.sum<tf.Tensor2D>(tf.mul(drawn.queries, drawn.positives), 1, true);
    const total = logSumExp(tf.concat([tf.div(cosine, temperature), crowd()], 1), 1, true);
    const most = Math.min(RANKS.at(-1)!, logits().shape[1]);
    return tf.mean<tf.Tensor1D>(tf.exp(tf.sub(topK(logits(), most).values, total)), 0); // [most]
  });
  const count = drawn.negatives.blocks.reduce((sum, block) => sum + sizeOf(block, drawn), 0);
  const ranks = RANKS.filter((rank) => rank <= count);
  return {
    ...Object.fromEntries(
      ranks.map((rank) => [`matchingProbability${rank}`, () => tf.reshape(tf.slice(profile(), [rank - 1], [1]), [])]),
    ),
    effectiveNegatives: () => effectiveNumber(logits()),
  };
}

function logitsOf({ block, cosines }: Columns, temperature: number | tf.Scalar): tf.Tensor2D {
  const scaled = tf.div<tf.Tensor2D>(cosines, temperature);
  return block.logWeights ? tf.add(scaled, block.logWeights) : scaled;
}

const sizeOf = (block: Columns['block'], { banks }: Drawn): number =>
  block.kind === 'bank' ? banks[block.bank]!.similarities.shape[1] : block.rows.shape[1];

/**
 * e^H of the softmax of logits, mean over queries. H = log sum e^x - sum p x, of x less its maximum: at t = 1e-4 both are near 1e4 else, and float32
 * leaves little of their difference.
 */
function effectiveNumber(logits: tf.Tensor2D): tf.Scalar {
  const below = tf.sub<tf.Tensor2D>(logits, tf.max(logits, 1, true));
  const crowd = logSumExp(below, 1, true);
  const counted = tf.where(tf.greater(below, -Infinity), below, tf.zerosLike(below)); // 0 * -Infinity is NaN
  return tf.mean(tf.exp(tf.sub(crowd, tf.sum(tf.mul(tf.exp(tf.sub(below, crowd)), counted), 1, true))));
}
