import {
  DEFAULT_BANK,
  rowsBlock,
  type Block,
  type MixtureBlock,
  type NegativeSampler,
  type SampleContext,
  type Sampled,
} from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedBank } from '../bank-option.js';
import { candidatesOf } from '../candidates.js';
import { poolOf, rankOf, rankPairOf, rowsAt, silenced } from '../draw-ranks.js';
import { requireOptions, requireRows } from '../errors.js';
import { hardestRows } from '../mochi/hardest-rows.js';
import { queryDominance } from '../query-dominance.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import { syncoConfig, type SyncoConfig } from './config.js';
import { adversarial, extrapolated, interpolated, mixed, noisy, perturbed } from './generators.js';
import { sampleNormals } from './sample-normals.js';

/** What SynCo's blocks depend on: a part of SampleContext, so that own loops need no more. */
export type SyncoContext = Pick<SampleContext, 'queries' | 'similarities' | 'ids' | 'rng' | 'mask'> &
  NamedBank & { readonly bank: Pick<SampleContext['bank'], 'rows'> };

type Options = Omit<SyncoConfig, 'warmup' | 'bank'>;

/**
 * SynCo: the whole bank, and synthetic negatives of six types from each query's own N hardest rows. All counts 0 is `uniform`.
 *
 * @returns Blocks whose tensors the caller disposes; the bank block's log-weights are the mask itself.
 * @throws MOCHI_POOL_TOO_LARGE when N > K; MOCHI_SAMPLER_OPTIONS for options that `syncoConfig` has not parsed.
 * @see Giakoumoglou and Stathaki 2024, SynCo, arXiv:2410.02401, section 3.2
 */
export function syncoNegatives(context: SyncoContext, options: Options): Sampled {
  requireOptions('syncoConfig', syncoConfig, options);
  const { n } = options;
  const { blocks } = uniformNegatives(context);
  if (countOf(options) === 0) return { blocks };
  return tidyTree(() => {
    const { similarities, mask } = context;
    const available = mask && candidatesOf(mask);
    const pool: Pool = { rows: hardestRows(similarities, n, mask), size: poolOf(n, available), available };
    return { blocks: [...blocks, ...mixtures(context, pool, options), ...vectors(context, pool, options)] };
  });
}

const countOf = ({ n1, n2, n3, n4, n5, n6 }: Options): number => n1 + n2 + n3 + n4 + n5 + n6;

interface Pool {
  /** [B, N] int32. */
  readonly rows: tf.Tensor2D;
  /** How many of them may be drawn: N, or [B, 1]. */
  readonly size: number | tf.Tensor2D;
  readonly available: tf.Tensor2D | undefined;
}

/** Types 1, 2, 3 and 5, in closed form. */
function mixtures({ ids, rng, bankName: bank = DEFAULT_BANK }: SyncoContext, pool: Pool, options: Options): Block[] {
  const { n1, n2, n3, n5, alpha, beta, gamma, delta } = options;
  const draws = (name: string, count: number, each: number): tf.Tensor2D[] => {
    const own = rng.fork(name).perSample(ids);
    return Array.from({ length: each }, () => own.uniform([count]) as tf.Tensor2D);
  };
  const one = (place: tf.Tensor2D): tf.Tensor3D => rowsAt(pool.rows, tf.expandDims(rankOf(place, pool.size), 2));
  const within = (share: tf.Tensor2D, [from, to]: readonly [number, number]): tf.Tensor2D =>
    tf.add(tf.mul(share, to - from), from);
  const block = (count: number, make: () => Omit<MixtureBlock, 'kind' | 'bank' | 'logWeights'>): Block[] =>
    count > 0 ? [{ ...make(), kind: 'mixture', bank, ...silenced([ids.shape[0], count], pool) }] : [];
  return [
    ...block(n1, () => {
      const [place, share] = draws('interpolated', n1, 2);
      return interpolated(one(place!), within(share!, alpha));
    }),
    ...block(n2, () => {
      const [place, share] = draws('extrapolated', n2, 2);
      return extrapolated(one(place!), within(share!, beta));
    }),
    ...block(n3, () => {
      const [first, second, share] = draws('mixed', n3, 3);
      return mixed(rowsAt(pool.rows, rankPairOf(first!, second!, pool.size)), within(share!, gamma));
    }),
    ...block(n5, () => perturbed(one(draws('perturbed', n5, 1)[0]!), delta)),
  ];
}

/** Types 4 and 6, as one block of explicit vectors. */
function vectors({ ids, rng, queries, bank }: SyncoContext, pool: Pool, { n4, n6, sigma, eta }: Options): Block[] {
  const drawn = (name: string, count: number): tf.Tensor2D => {
    const ranks = rankOf(rng.fork(name).perSample(ids).uniform([count]) as tf.Tensor2D, pool.size);
    return tf.squeeze(rowsAt(pool.rows, tf.expandDims(ranks, 2)), [2]);
  };
  const noise = (): tf.Tensor3D => tf.mul(sampleNormals(rng.fork('noise').perSample(ids), n4, queries.shape[1]), sigma);
  const made = [
    ...(n4 > 0 ? [noisy(drawn('noisy', n4), noise(), bank.rows)] : []),
    ...(n6 > 0 ? [adversarial(drawn('adversarial', n6), eta, bank.rows, queries)] : []),
  ];
  return made.length === 0 ? [] : [rowsBlock(tf.concat(made, 1), silenced([ids.shape[0], n4 + n6], pool))];
}

/** The sampler: `uniform` in the phase `warm-up`, SynCo in the phase `full`. */
export const syncoSampler = ({ warmup, bank, ...options }: SyncoConfig): NegativeSampler => ({
  ...{ name: 'synco', bank },
  check(capacity) {
    requireRows('n', countOf(options) > 0 ? options.n : 0, capacity);
    return queryDominance('alpha', options.alpha, options.n1);
  },
  ...afterWarmUp(warmup, (context) => syncoNegatives(context, options)),
});
