import { DEFAULT_BANK, type Block, type MixtureBlock, type Rng, type SampleContext } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  hardDuplicates,
  hardDuplicatesConfig,
  mochiConfig,
  mochiNegatives,
  randomMixConfig,
  randomMixNegatives,
  syncoConfig,
  syncoNegatives,
} from '../src/index.js';

/** Small cases, one for each query of a batch: sizes, and the seed of vectors and draws. */
export interface AnyCase {
  readonly batch: number;
  readonly capacity: number;
  readonly width: number;
  readonly n: number;
  readonly s: number;
  readonly sPrime: number;
  readonly seed: number;
  /** Share of the rows that are masked; 0: no mask. */
  readonly masked: number;
}

export const anyCase = fc
  .record({
    batch: fc.integer({ min: 1, max: 16 }),
    capacity: fc.integer({ min: 1, max: 12 }),
    width: fc.integer({ min: 2, max: 6 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    s: fc.integer({ min: 1, max: 5 }),
    sPrime: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    masked: fc.constantFrom(0, 0, 0.3, 0.8),
  })
  .map(({ part, ...sizes }): AnyCase => ({ ...sizes, n: Math.max(1, Math.round(part * sizes.capacity)) }));

/** Uniform numbers in [0, 1) from a seed, on the host: a generator of Weyl's kind, mixed. */
export function numbersOf(seed: number): () => number {
  let at = seed | 0;
  return () => {
    at = (at + 0x9e3779b9) | 0;
    let word = Math.imul(at ^ (at >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** What a sampler sees in that case. */
export function contextOf({ batch, capacity, width, seed, masked }: AnyCase): SampleContext {
  const next = numbersOf(seed);
  const units = (rows: number): tf.Tensor2D => {
    const list = Array.from({ length: rows }, () => {
      const row = Array.from({ length: width }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
      const length = Math.hypot(...row);
      return row.map((x) => x / length);
    });
    return tf.tensor2d(list, [rows, width]);
  };
  const [queries, positives, rows] = [units(batch), units(batch), units(capacity)];
  const index = tf.tensor1d(new Int32Array(capacity).fill(-1), 'int32');
  const int = (value: number): tf.Scalar => tf.scalar(value, 'int32');
  const mask = Float32Array.from({ length: batch * capacity }, () => (next() < masked ? -Infinity : 0));
  return {
    ...{ queries, positives, bankName: DEFAULT_BANK, previous: [], phase: 'full', scalars: {}, temperature: 0.2 },
    ids: tf.tensor1d(Int32Array.from({ length: batch }, (_, b) => seed % 1000 + 7 * b), 'int32'), // prettier-ignore
    bank: { rows, ids: index, writtenAt: index, cursor: int(0), filled: int(capacity) },
    similarities: tf.matMul(queries, rows, false, true),
    ...(masked > 0 ? { mask: tf.tensor2d(mask, [batch, capacity]) } : {}),
    ...{ step: int(3), epoch: int(0), rng: rngOf(seed) },
  };
}

/** The stream of a case, as it is before the first draw: forks do not depend on what was drawn before, calls do. */
export const rngOf = (seed: number): Rng => createRng(seed, 'property', 3);

type Counts = Pick<AnyCase, 'n' | 's' | 'sPrime'>;

/** The samplers that make synthetic negatives, each with as many of them as the case says. */
export const SYNTHETIC: Readonly<Record<string, (context: SampleContext, counts: Counts) => Block[]>> = {
  mochi: (context, { n, s, sPrime }) => mochiNegatives(context, mochiConfig.parse({ n, s, sPrime })).blocks,
  'random-mix': (context, { s, sPrime }) => randomMixNegatives(context, randomMixConfig.parse({ s, sPrime })).blocks,
  'hard-duplicates': (context, { n, s, sPrime }) => hardDuplicates(context, hardDuplicatesConfig.parse({ n, s, sPrime })).blocks,
  synco: (context, { n, s, sPrime }) =>
    syncoNegatives(context, syncoConfig.parse({ n, n1: sPrime, n2: sPrime, n3: s, n4: sPrime, n5: sPrime, n6: s })).blocks,
};

export const isMixture = (block: Block): block is MixtureBlock => block.kind === 'mixture';
