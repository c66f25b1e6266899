import type { Drawn } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { banksIn, isSynthetic, type Columns } from './columns.js';
import { asFloat } from './means.js';
import { once, type Measures } from './measures.js';

/**
 * Share of queries whose positive is more similar than every negative: of the banks, all rows that may be drawn, whatever the sampler takes of
 * them, so that samplers can be compared; then with the synthetic negatives; then against those alone.
 *
 * @see Kalantidis et al. 2020, arXiv:2010.01028, figure 2: the proxy task
 */
export function proxyAccuracies(drawn: Drawn, columns: () => Columns[]): Measures {
  const own = once(() => tf.sum<tf.Tensor1D>(tf.mul(drawn.queries, drawn.positives), 1));
  const names = banksIn(drawn);
  const hardestRow = once(() => largest(names.map((name) => maxOf(drawn.banks[name]!.similarities, drawn.banks[name]!.mask))));
  const hardestSynthetic = once(() =>
    largest(columns().filter(({ block }) => isSynthetic(block)).map(({ cosines, counted }) => maxOf(cosines, tf.log(counted)))),
  ); // prettier-ignore
  const above = (...rivals: tf.Tensor1D[]): tf.Scalar => tf.mean(asFloat(tf.greater(own(), largest(rivals))));
  const synthetic = drawn.negatives.blocks.some((block) => block.kind !== 'bank' && block.rows.shape[1] > 0);
  return {
    ...(names.length > 0 ? { proxyAccuracy: () => above(hardestRow()) } : {}),
    ...(synthetic && names.length > 0 ? { proxyAccuracyAll: () => above(hardestRow(), hardestSynthetic()) } : {}),
    ...(synthetic ? { proxyAccuracySynthetic: () => above(hardestSynthetic()) } : {}),
  };
}

/** @param mask Added before: 0 or -Infinity. @returns [B]; -Infinity where nothing is left. */
const maxOf = (cosines: tf.Tensor2D, mask: tf.Tensor2D | undefined): tf.Tensor1D =>
  tf.max<tf.Tensor1D>(mask ? tf.add(cosines, mask) : cosines, 1);

const largest = (all: readonly tf.Tensor1D[]): tf.Tensor1D => all.reduce((a, b) => tf.maximum(a, b));
