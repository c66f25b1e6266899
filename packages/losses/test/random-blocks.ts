import { DEFAULT_BANK, mixtureBlock, type Block } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { ContrastiveInput } from '../src/index.js';
import type { Problem } from './explicit-loss.js';

/** M mixtures of P random rows each, with weights in (from, to) and, where asked, a part of the query in (0, 0.5). */
export function randomMixture(
  seed: number,
  { bank, queries }: Problem,
  count: number,
  parents: number,
  withQuery: boolean,
  from = 0.05,
  to = 1,
) {
  const rng = createRng(seed, 'mixture');
  const batch = queries.shape[0];
  return mixtureBlock({
    rows: rng.integers([batch, count, parents], bank.shape[0]),
    weights: rng.uniform([batch, count, parents], from, to),
    ...(withQuery ? { queryWeight: rng.uniform([batch, count], 0, 0.5) } : {}),
  });
}

/** [B, K] with the given share of -Infinity, else 0; column 0 is never left out. */
export function randomMask(seed: number, { bank, queries }: Problem, share: number): tf.Tensor2D {
  const draws = createRng(seed, 'mask').uniform([queries.shape[0], bank.shape[0]]) as tf.Tensor2D;
  const first = tf.equal(tf.range(0, bank.shape[0], 1, 'int32'), tf.scalar(0, 'int32'));
  return tf.where<tf.Tensor2D>(
    tf.logicalOr(tf.greaterEqual(draws, share), first),
    tf.zerosLike(draws),
    tf.fill(draws.shape, -Infinity),
  );
}

/** The input of the loss with one bank. */
export const inputOf = (
  { queries, positives, bank }: Problem,
  blocks: Block[],
  more: Partial<ContrastiveInput> = {},
): ContrastiveInput => ({
  queries,
  positives,
  banks: { [DEFAULT_BANK]: bank },
  similarities: {},
  negatives: { blocks },
  temperature: 0.2,
  ...more,
});
