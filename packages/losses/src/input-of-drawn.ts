import type { Drawn } from '@mochi/contract';
import type * as tf from '@tensorflow/tfjs-core';
import type { ContrastiveInput } from './contrastive-loss.js';

/** Negatives, banks and cosines of a draw, as the loss wants them: `contrastiveLoss({ queries, positives, ...inputOfDrawn(drawn), temperature })`. */
export const inputOfDrawn = ({
  banks,
  negatives,
}: Pick<Drawn, 'banks' | 'negatives'>): Pick<ContrastiveInput, 'negatives' | 'banks' | 'similarities'> => {
  const each = (of: (view: Drawn['banks'][string]) => tf.Tensor2D): Record<string, tf.Tensor2D> =>
    Object.fromEntries(Object.entries(banks).map(([name, view]) => [name, of(view)]));
  return { negatives, banks: each(({ state }) => state.rows), similarities: each(({ similarities }) => similarities) };
};
