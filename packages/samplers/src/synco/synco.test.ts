import type { Block, MixtureBlock, RowsBlock, SampleContext } from '@mochi/contract';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { hardestRows } from '../mochi/hardest-rows.js';
import { syncoConfig } from './config.js';
import { sampleNormals } from './sample-normals.js';
import { syncoNegatives, syncoSampler } from './synco-sampler.js';

await startTensorFlow();

const none = { n1: 0, n2: 0, n3: 0, n4: 0, n5: 0, n6: 0 };
const draw = (context: SampleContext, given: object): Block[] =>
  syncoNegatives(context, syncoConfig.parse({ n: 8, ...none, ...given })).blocks.slice(1);
const mixture = (context: SampleContext, given: object) => draw(context, given)[0] as MixtureBlock;
const range = (values: ArrayLike<number>) => [Math.min(...Array.from(values)), Math.max(...Array.from(values))] as const;

test('counts, kinds and names', () => {
  const blocks = draw({ ...makeContext(), bankName: 'old' }, { n1: 3, n2: 4, n3: 5, n4: 2, n5: 6, n6: 7 });
  expect(blocks.map(({ kind }) => kind)).toEqual(['mixture', 'mixture', 'mixture', 'mixture', 'rows']);
  const shapes = blocks.map((block) => (block as MixtureBlock | RowsBlock).rows.shape);
  expect(shapes).toEqual([[4, 3, 1], [4, 4, 1], [4, 5, 2], [4, 6, 1], [4, 9, 16]]); // prettier-ignore
  for (const block of blocks.slice(0, 4)) expect((block as MixtureBlock).bank).toBe('old');
});

test.each([
  { alpha: [0, 0.5], says: '' },
  { alpha: [0, 0.9], says: /sampler\.alpha reaches 0\.9/ },
  { alpha: [0, 0.9], n1: 0, says: '' },
])('$says is remarked of $alpha', ({ says, ...given }) => {
  expect(syncoSampler(syncoConfig.parse({ n: 8, ...given })).check!(32) ?? '').toEqual(
    says === '' ? says : expect.stringMatching(says),
  );
});

test('nothing is drawn where every count is 0', () => expect(draw(makeContext(), {})).toEqual([]));

describe('coefficients and rows', () => {
  test.each([
    { type: 'n1', least: 0, most: 0.5, sign: 1 },
    { type: 'n2', least: 1, most: 1.5, sign: -1 },
  ])('$type: weight of the query within $least and $most, weights sum to 1', ({ type, least, most, sign }) => {
    const { weights, queryWeight, rows } = mixture(makeContext(), { [type]: 2000 });
    const [from, to] = range(tf.mul(queryWeight!, sign).dataSync());
    expect([from >= least, from < least + 0.01, to <= most, to > most - 0.01]).toEqual([true, true, true, true]);
    expect(tf.add(tf.squeeze(weights, [2]), queryWeight!)).toBeAllClose(tf.ones([4, 2000]), { atol: 1e-5 });
    const hardest = hardestRows(makeContext().similarities, 8).arraySync();
    rows.arraySync().forEach((list, b) => expect(new Set(list.flat())).toEqual(new Set(hardest[b])));
  });

  test('n3: two different rows', () => {
    const { rows, weights } = mixture(makeContext(), { n3: 300 });
    for (const [i, j] of rows.arraySync().flat()) expect(i).not.toBe(j);
    expect(tf.sum(weights, 2)).toBeAllClose(tf.ones([4, 300]));
  });

  test('n4: noise of the deviation asked for', () => {
    const context = makeContext({ width: 64 });
    const [block] = draw(context, { n: 1, n4: 500, sigma: 0.02 }) as [RowsBlock];
    const hardest = tf.gather(context.bank.rows, tf.squeeze(hardestRows(context.similarities, 1), [1]));
    const off = tf.sub(block.rows, tf.expandDims(hardest, 1));
    // In unit length: 63 of 64 dimensions are left.
    expect(tf.sqrt(tf.mean(tf.square(off))).dataSync()[0]).toBeCloseTo(0.02 * Math.sqrt(63 / 64), 3);
  });

  test('n5 and n6 bring the row nearer to the query, n2 takes it away', () => {
    const context = makeContext();
    const cosines = (block: Block) =>
      block.kind === 'rows' ? tf.sum(tf.mul(block.rows, tf.expandDims(context.queries, 1)), 2).arraySync() : [];
    const top = tf.max(context.similarities, 1).arraySync() as number[];
    const [six] = draw(context, { n: 1, n6: 1, eta: 0.05 });
    (cosines(six!) as number[][]).forEach(([cosine], b) => expect(cosine).toBeGreaterThan(top[b]!));
    expect(mixture(context, { n5: 1, delta: 0.3 }).queryWeight).toBeAllClose(tf.fill([4, 1], 0.3));
  });
});

test('where nothing may be drawn, synthetic negatives count for nothing', () => {
  const mask = maskOf(4, 32, (b, k) => k >= b);
  for (const type of Object.keys(none)) {
    const [block] = draw(makeContext({ mask }), { [type]: 5 });
    const weights = block!.logWeights!.arraySync();
    expect(new Set(weights[0])).toEqual(new Set([-Infinity]));
    expect(new Set(weights.slice(1).flat())).toEqual(new Set([0]));
  }
});

test('normals: mean 0, deviation 1, half of them within 0.6745, any width', () => {
  const ids = tf.tensor1d([...Array(50).keys()], 'int32');
  const values = sampleNormals(createRng(1, 'x').perSample(ids), 40, 15);
  expect(values).toHaveShape([50, 40, 15]);
  const { mean, variance } = tf.moments(values);
  expect(mean).toBeAllClose([0], { atol: 0.02 });
  expect(variance).toBeAllClose([1], { atol: 0.03 });
  expect(tf.mean(tf.cast(tf.less(tf.abs(values), 0.6745), 'float32'))).toBeAllClose([0.5], { atol: 0.01 });
});

test("defaults are the paper's; uniform in warm-up", () => {
  expect(syncoConfig.parse({})).toMatchObject({
    ...{ n: 1024, n1: 256, n2: 256, n3: 256, n4: 64, n5: 64, n6: 64 },
    ...{ alpha: [0, 0.5], beta: [1, 1.5], gamma: [0, 1], sigma: 0.01, delta: 0.01, eta: 0.01, warmup: { epochs: 10 } },
  });
  const sampler = syncoSampler(syncoConfig.parse({}));
  expect(sampler.phase!({ step: 999, epoch: 9, epochs: 9.99, stepsPerEpoch: 100, totalSteps: 2000, filled: 0 })).toBe('warm-up');
  expect(sampler.sample(makeContext({ phase: 'warm-up' }), {}).blocks).toHaveLength(1);
});

test.each([{ n: 0 }, { n1: -1 }, { n7: 3 }, { beta: [2, 1] }, { sigma: -0.1 }, { bank: '' }])('config %j is refused', (config) =>
  expect(syncoConfig.safeParse(config).success).toBe(false),
);

test('no tensor is left behind', () => {
  const { queries, bank, similarities, ids, rng } = makeContext();
  const options = syncoConfig.parse({ n: 8, n1: 3, n2: 3, n3: 3, n4: 3, n5: 3, n6: 3 });
  leakFree([queries, bank.rows, similarities, ids] as const, (q, rows, l, i) =>
    syncoNegatives({ queries: q, bank: { rows }, similarities: l, ids: i, rng }, options),
  );
});
