import { bankBlock, DEFAULT_BANK, mixtureBlock, rowsBlock, type Block, type Drawn } from '@mochi/contract';
import { compile, createRng, l2Normalize, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expected, type Problem } from '../../test/by-hand.js';
import { negativeMetrics } from './negative-metrics.js';

await startTensorFlow();

const [B, K, D, STEP, N, T] = [5, 24, 8, 90, 6, 0.2];
const rng = createRng(3, 'diagnostics');
const unit = (name: string, ...shape: number[]): tf.Tensor => l2Normalize(rng.fork(name).normal(shape));
const int = (values: number[], shape = [values.length]): tf.Tensor => tf.tensor(values, shape, 'int32');
const ints = (name: string, shape: number[], below: number) =>
  tf.cast(tf.floor(tf.mul(rng.fork(name).uniform(shape), below)), 'int32');

interface Options {
  readonly labels?: boolean;
  readonly mask?: boolean;
  readonly blocks?: (bank: string) => Block[];
  readonly names?: readonly string[];
  /** Rows that a filter of the chain left out of the loss: every other one. */
  readonly filtered?: boolean;
}

const queries = unit('queries', B, D) as tf.Tensor2D;
const ids = int([2, 4, 100, 6, 8]) as tf.Tensor1D;
/** Positives near their queries, so that some are above the hardest negative. */
const positives = l2Normalize(tf.add(queries, tf.mul(unit('offset', B, D), 0.9))) as tf.Tensor2D;

/** Rows written at some step, the last four never; some rows are keys of the queries' own images. */
function drawnOf({ labels = true, mask = false, blocks, names = [DEFAULT_BANK], filtered = false }: Options = {}): Drawn {
  const leftOut = tf.tensor2d(
    Float32Array.from({ length: B * K }, (_, at) => (at % 2 === 0 ? -Infinity : 0)),
    [B, K],
  );
  const views = names.map((name) => {
    const rows = tf.concat([queries, unit(`${name}/rows`, K - B, D)]) as tf.Tensor2D;
    const near = l2Normalize(tf.add(rows, tf.mul(unit(`${name}/noise`, K, D), 0.8))) as tf.Tensor2D;
    const written = (value: (at: number) => number) => int(Array.from({ length: K }, (_, at) => (at < K - 4 ? value(at) : -1)));
    const state = {
      rows: near,
      ids: written((at) => 2 * at) as tf.Tensor1D,
      writtenAt: written((at) => 10 + 4 * ((at * 7) % 20)) as tf.Tensor1D,
      ...(labels ? { labels: written((at) => at % 3) as tf.Tensor1D } : {}),
      ...{ cursor: tf.scalar(0, 'int32'), filled: tf.scalar(K - 4, 'int32') },
    };
    const hidden = tf.tensor2d(
      Float32Array.from({ length: B * K }, (_, at) => ((at * 5) % 7 === 0 ? -Infinity : 0)),
      [B, K],
    );
    const similarities = tf.matMul<tf.Tensor2D>(queries, near, false, true);
    return [name, { state, similarities, ...(mask ? { mask: hidden } : {}) }] as const;
  });
  const banks = Object.fromEntries(views);
  const all = names.flatMap((bank) => [
    bankBlock({ bank, ...(filtered ? { logWeights: leftOut } : banks[bank]!.mask ? { logWeights: banks[bank]!.mask } : {}) }),
    ...(blocks?.(bank) ?? []),
  ]);
  const own = labels ? { labels: int([0, 1, 2, 1, -1]) as tf.Tensor1D } : {}; // the last image has no class
  return { queries, positives, ownPositives: true, temperature: T, ids, ...own, negatives: { blocks: all }, banks };
}

/** Pairs, mixtures with the query of which some count for nothing, and explicit rows. */
const synthetic = (bank: string): Block[] => [
  mixtureBlock({ bank, rows: ints('pairs', [B, 7, 2], K), weights: rng.fork('weights').uniform([B, 7, 2]) }),
  mixtureBlock({
    bank,
    rows: ints('single', [B, 4, 1], K),
    weights: tf.sub(1, tf.mul(rng.fork('b').uniform([B, 4, 1]), 0.5)),
    queryWeight: tf.mul(rng.fork('b').uniform([B, 4]), 0.5),
    logWeights: tf.tensor2d(
      Float32Array.from({ length: B * 4 }, (_, at) => (at % 3 === 0 ? -Infinity : 0.25)),
      [B, 4],
    ),
  }),
  rowsBlock(unit('explicit', B, 3, D)),
];

/** Plain numbers of a draw, for the computation by hand. */
const problemOf = async (drawn: Drawn): Promise<Problem> =>
  JSON.parse(
    JSON.stringify(await numbersIn({ ...drawn, step: STEP, n: N }), (_, value: unknown) =>
      value === -Infinity ? '-Infinity' : value,
    ),
    (_, value: unknown) => (value === '-Infinity' ? -Infinity : value),
  ) as Problem;

async function numbersIn(node: unknown): Promise<unknown> {
  if (node instanceof tf.Tensor) return (node as tf.Tensor).array();
  if (Array.isArray(node)) return Promise.all(node.map(numbersIn));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(async ([name, child]) => [name, await numbersIn(child)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const measure = (drawn: Drawn): Record<string, number> => {
  const run = compile((input: Drawn) => {
    const measures = negativeMetrics({ drawn: input, step: tf.scalar(STEP, 'int32') }, { n: N });
    return Object.fromEntries(Object.entries(measures).map(([name, of]) => [name, of()]));
  });
  const values = Object.entries(run(drawn)).map(([name, value]) => [name, value.dataSync()[0]!] as const);
  run.dispose();
  return Object.fromEntries(values);
};

describe.each<Options & { name: string }>([
  { name: 'the whole bank' },
  { name: 'the whole bank, no labels', labels: false },
  { name: 'a bank with a mask', mask: true },
  { name: 'a bank that a filter took rows out of', filtered: true },
  { name: 'synthetic negatives', blocks: synthetic },
  { name: 'synthetic negatives, a mask', blocks: synthetic, mask: true },
  { name: 'synthetic negatives, no labels', blocks: synthetic, labels: false },
  { name: 'two banks', names: [DEFAULT_BANK, 'old'], mask: true, blocks: synthetic },
])('$name', (options) => {
  test('every metric is that of the computation by hand, and there is no other', async () => {
    const drawn = drawnOf(options);
    const [got, want] = [measure(drawn), expected(await problemOf(drawn))];
    expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
    for (const [name, value] of Object.entries(want)) expect([name, got[name]]).toEqual([name, expect.closeTo(value, 4)]);
  });
});

test('what is absent: metrics of labels and of synthetic negatives', () => {
  const names = (options: Options) => Object.keys(measure(drawnOf(options)));
  expect(names({ labels: false }).filter((name) => /false|class/i.test(name))).toEqual([]);
  expect(names({}).filter((name) => /synthetic|parent|All$/.test(name))).toEqual([]);
});

test.each([1e-2, 1e-4, 1e-6])(
  'at a temperature of %d there are no more effective negatives than negatives, and at least one',
  (temperature) => {
    const few = { ...drawnOf(), temperature };
    const { state, similarities } = few.banks[DEFAULT_BANK]!;
    const alike = { state, similarities: tf.fill(similarities.shape, 0.9) as tf.Tensor2D }; // every negative counts alike
    expect(measure(few)['effectiveNegatives']).toBeGreaterThanOrEqual(0.999);
    expect(measure(few)['effectiveNegatives']).toBeLessThanOrEqual(K);
    expect(measure({ ...few, banks: { [DEFAULT_BANK]: alike } })['effectiveNegatives']).toBeCloseTo(K, 3);
  },
);

test('what a filter leaves of the false negatives is told apart: none where the oracle takes all rows of the class', () => {
  const drawn = drawnOf();
  const { state } = drawn.banks[DEFAULT_BANK]!;
  const oracle = tf.where(
    tf.equal(tf.expandDims(state.labels!, 0), tf.expandDims(drawn.labels!, 1)),
    -Infinity,
    0,
  ) as tf.Tensor2D;
  const [free, held] = [measure(drawn), measure({ ...drawn, negatives: { blocks: [bankBlock({ logWeights: oracle })] } })];
  expect(free['falseNegativesPushed']).toBe(free['falseNegativesAtN']);
  expect(held).toMatchObject({ falseNegativesAtN: free['falseNegativesAtN'], falseNegativesPushed: 0 });
  expect(free['falseNegativesAtN']).toBeGreaterThan(0);
});

test('rows that no key was written to are no images: FN@N is that of the keys, and bankFilled says how many there are', () => {
  const drawn = drawnOf();
  const { state, similarities } = drawn.banks[DEFAULT_BANK]!;
  const filledTo = (rows: number) => {
    const column = (value: number) => int(Array.from({ length: K }, (_, at) => (at < rows ? value : -1))) as tf.Tensor1D;
    const banks = { [DEFAULT_BANK]: { similarities, state: { ...state, labels: column(1), writtenAt: column(STEP) } } };
    return measure({ ...drawn, labels: int([1, 1, 1, 1, 1]) as tf.Tensor1D, banks });
  }; // every key is of the class of every query
  const all = { falseNegativesAtN: 1, falseNegativesPushed: 1, sameClassShare: 1 };
  expect(filledTo(K / 4)).toMatchObject({ ...all, sameClassRows: K / 4, bankFilled: 0.25 });
  expect(filledTo(0)).toMatchObject({ falseNegativesAtN: NaN, sameClassShare: NaN, bankFilled: 0 });
});

test('the spread of queries: 1 for a basis and its negatives, 0 for a constant', () => {
  const spread = (rows: tf.Tensor2D) => measure({ ...drawnOf(), queries: rows })['querySpread'];
  const basis = tf.slice(tf.eye(D), [0, 0], [4, D]) as tf.Tensor2D;
  expect(spread(tf.tile(tf.slice(basis, 0, 1), [B, 1]))).toBeCloseTo(0, 5);
  const both = tf.concat([basis, tf.neg(basis)]) as tf.Tensor2D; // 8 rows: half of the dimensions vary, by sqrt(1 / 4)
  const drawn = drawnOf();
  const run = negativeMetrics({ drawn: { ...drawn, queries: both }, step: tf.scalar(0, 'int32') }, {})['querySpread']!;
  expect(run().dataSync()[0]).toBeCloseTo((Math.sqrt(D) * 4 * 0.5) / D, 5);
});
