import * as tf from '@tensorflow/tfjs-core';
import type { RunState } from '../step/parts.js';
import type { EvaluationParts } from './evaluation.js';

/** Sum and sum of squares of every weight and statistic of the encoders: equal weights have equal ones, on the same machine. `disposed` where one is gone. */
export async function fingerprint({ step }: Pick<EvaluationParts, 'step'>, state: RunState): Promise<string> {
  const encoders = Object.values(step.method.part.encoders(state.params, state.method));
  const tensors = encoders.flatMap(({ params, stats }) => [...Object.values(params), ...Object.values(stats)]);
  if (tensors.some(({ isDisposed }) => isDisposed)) return 'disposed';
  const sums = tf.tidy(() => tf.stack(tensors.flatMap((x) => [tf.sum(x), tf.sum(tf.square(x))])));
  try {
    return [...(await sums.data())].join(' ');
  } finally {
    sums.dispose();
  }
}
