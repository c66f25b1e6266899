import type { Denominator } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { badCorrection } from './errors.js';

/** What a denominator makes of one positive logit and the crowd of negatives, query by query; every tensor is [B, 1]. */
export interface Pull {
  /** Nats. */
  readonly loss: tf.Tensor2D;
  /** dL/d(log-sum-exp of the negatives): negative m gets this times its softmax among the negatives. */
  readonly crowdGradient: tf.Tensor2D;
  /** -dL/d(positive logit). */
  readonly positivePull: tf.Tensor2D;
}

/** What every denominator depends on: all of them see the negatives only through the log of their sum. */
export interface Contest {
  /** Positive logits q.k / t, [B, 1]. */
  readonly positive: tf.Tensor2D;
  /** log sum_m e^(x_m) over every negative, [B, 1]; -Infinity where a query has none. */
  readonly crowd: tf.Tensor2D;
  /** sum_m e^(logWeight_m), the negatives that the columns stand for, [B, 1]. Only `corrected` asks. */
  readonly mass: () => tf.Tensor2D;
  readonly temperature: number | tf.Scalar;
}

/** Loss and gradients at the logits, in the log domain throughout: finite at any t for which the logits are. */
export function pull(denominator: Denominator, contest: Contest): Pull {
  if (denominator.kind === 'without-positive') return withoutPositive(contest, denominator.positiveWeights);
  if (denominator.kind === 'corrected') return corrected(contest, denominator.tauPlus, denominator.floor);
  return withPositive(contest);
}

/** InfoNCE: -log(e^s / (e^s + e^c)) = softplus(c - s). */
function withPositive({ positive, crowd }: Contest): Pull {
  const margin = tf.sub<tf.Tensor2D>(crowd, positive);
  const missing = tf.sigmoid(margin); // 1 - p_k
  return { loss: tf.softplus(margin), crowdGradient: missing, positivePull: missing };
}

/** DCL (Yeh et al. 2021, arXiv:2110.06848): -log(e^(w s) / e^c) = c - w s, w 1 or given. A query without any negative has loss 0 and no gradient. */
function withoutPositive({ positive, crowd }: Contest, positiveWeights?: tf.Tensor1D): Pull {
  const some = tf.greater(crowd, -Infinity);
  const unit = tf.cast(some, 'float32') as tf.Tensor2D;
  const weights = positiveWeights && (tf.expandDims(positiveWeights, 1) as tf.Tensor2D);
  const pulled = weights ? tf.mul<tf.Tensor2D>(weights, positive) : positive;
  const positivePull = weights ? tf.mul<tf.Tensor2D>(unit, weights) : unit;
  return { loss: tf.where(some, tf.sub(crowd, pulled), 0), crowdGradient: unit, positivePull };
}

/**
 * The debiased estimator: -log(e^s / (e^s + E)), E = max((e^c - tau N e^s) / (1 - tau), N e^(floor / t)), N the mass of the negatives.
 * Chuang et al. 2020, arXiv:2007.00224, with one positive; Robinson et al. 2021 (HCL), arXiv:2010.04592, when the log-weights carry its
 * beta. The papers' floor is e^(-1/t), the least that e^x can be: here floor is that cosine, -1. N is a constant for the gradient.
 */
function corrected(contest: Contest, tauPlus: number | tf.Scalar, floor: number | tf.Scalar): Pull {
  if (typeof tauPlus === 'number' && !(tauPlus >= 0 && tauPlus < 1)) throw badCorrection('tauPlus', tauPlus, '[0, 1)');
  if (typeof floor === 'number' && !(floor >= -1 && floor <= 1)) throw badCorrection('floor', floor, '[-1, 1]');
  const { positive, crowd, temperature } = contest;
  const mass = contest.mass();
  const margin = tf.sub<tf.Tensor2D>(crowd, positive); // log(e^c / e^s)
  // tau N e^s / e^c: the share of the crowd that is expected to be positives. At 1 nothing is left, and the floor holds.
  const share = tf.exp<tf.Tensor2D>(tf.sub(tf.log(tf.mul(mass, tauPlus)), margin)); // one exp: 0 * e^200 would be NaN
  const left = tf.sub<tf.Tensor2D>(1, tf.minimum(tf.where(tf.greater(mass, 0), share, 1), 1));
  const estimate = tf.add<tf.Tensor2D>(margin, tf.log(left)); // log(E / e^s) + log(1 - tau), -Infinity where nothing is left
  const lowest = tf.sub<tf.Tensor2D>(tf.add(tf.log(mass), tf.div(floor, temperature)), positive);
  const shifted = tf.sub<tf.Tensor2D>(estimate, tf.log1p(tf.neg(tauPlus)));
  const active = tf.greater(shifted, lowest);
  const ratio = tf.maximum<tf.Tensor2D>(shifted, lowest);
  const missing = tf.sigmoid(ratio);
  const slope = tf.div<tf.Tensor2D>(missing, tf.where(active, left, 1)); // d log(e^c - tau N e^s) / dc = 1 / left
  return { loss: tf.softplus(ratio), crowdGradient: tf.where(active, slope, 0), positivePull: slope };
}
