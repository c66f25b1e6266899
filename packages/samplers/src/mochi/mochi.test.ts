import { DEFAULT_BANK, type BankBlock, type MixtureBlock, type SampleContext } from '@mochi/contract';
import { contrastiveLossAndGradients } from '@mochi/losses';
import { compile, createRng, runtimeInfo, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { mochiConfig } from './config.js';
import { hardestRows } from './hardest-rows.js';
import { mochiNegatives, mochiSampler } from './mochi-sampler.js';

await startTensorFlow();

const options = (given: object = {}) => mochiConfig.parse({ n: 8, s: 20, sPrime: 6, ...given });
const draw = (context: SampleContext, given: object = {}) =>
  mochiNegatives(context, options(given)).blocks as [BankBlock, MixtureBlock, MixtureBlock];
describe('what is drawn', () => {
  test('counts: S > N is legal; shapes are those of the contract', () => {
    const [base, pairs, own] = draw(makeContext());
    expect(base).toEqual({ kind: 'bank', bank: DEFAULT_BANK });
    expect(pairs.rows).toHaveShape([4, 20, 2]);
    expect(pairs.weights).toHaveShape([4, 20, 2]);
    expect([pairs.rows.dtype, pairs.queryWeight, pairs.logWeights]).toEqual(['int32', undefined, undefined]);
    expect(own.rows).toHaveShape([4, 6, 1]);
    expect(own.queryWeight!).toHaveShape([4, 6]);
  });

  test("every parent is among its own query's hardest, i and j differ, and all of the pool is used", () => {
    const context = makeContext({ batch: 6 });
    const [, pairs, own] = draw(context, { s: 400, sPrime: 400 });
    const hardest = hardestRows(context.similarities, 8).arraySync();
    pairs.rows.arraySync().forEach((list, b) => {
      expect(new Set(list.flat())).toEqual(new Set(hardest[b]));
      for (const [i, j] of list) expect(i).not.toBe(j);
    });
    own.rows.arraySync().forEach((list, b) => expect(new Set(list.flat())).toEqual(new Set(hardest[b])));
  });

  test('every ordered pair of distinct ranks is equally likely', () => {
    const [, pairs] = draw(makeContext({ batch: 8 }), { n: 4, s: 3000 });
    const hardest = hardestRows(makeContext({ batch: 8 }).similarities, 4).arraySync();
    const cells = new Map<string, number>();
    pairs.rows.arraySync().forEach((list, b) =>
      list.forEach((pair) => {
        const key = pair.map((row) => hardest[b]!.indexOf(row)).join();
        cells.set(key, (cells.get(key) ?? 0) + 1);
      }),
    );
    expect(cells.size).toBe(12);
    const expected = (8 * 3000) / 12;
    const chiSquare = [...cells.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(33); // 11 degrees of freedom: exceeded once in 2,000 streams
  });

  test('weights: a ~ U(0, 1), b ~ U(0, 0.5), and they sum to 1', () => {
    const [, pairs, own] = draw(makeContext(), { s: 5000, sPrime: 5000 });
    const a = tf.slice(pairs.weights, [0, 0, 0], [-1, -1, 1]).dataSync();
    const b = own.queryWeight!.dataSync();
    expect(mean(a)).toBeCloseTo(0.5, 1.9);
    expect(mean(a.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    expect(mean(b)).toBeCloseTo(0.25, 1.9);
    expect(Math.max(...b)).toBeLessThan(0.5);
    expect(Math.min(...a, ...b)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...a)).toBeGreaterThan(0.99);
    expect(tf.sum(pairs.weights, 2)).toBeAllClose(tf.ones([4, 5000]));
    expect(tf.add(tf.squeeze(own.weights, [2]), own.queryWeight!)).toBeAllClose(tf.ones([4, 5000]));
  });

  test('other ranges of the weights', () => {
    const [, pairs, own] = draw(makeContext(), { s: 200, sPrime: 200, alpha: [0.5, 0.5], beta: [0.1, 0.2] });
    expect(pairs.weights).toBeAllClose(tf.fill([4, 200, 2], 0.5));
    const b = own.queryWeight!.dataSync();
    expect([Math.min(...b) >= 0.1, Math.max(...b) < 0.2]).toEqual([true, true]);
  });

  test('N = 1 pairs the row with itself', () => {
    const context = makeContext();
    const [, pairs] = draw(context, { n: 1 });
    const top = hardestRows(context.similarities, 1).arraySync();
    pairs.rows.arraySync().forEach((list, b) => expect(new Set(list.flat())).toEqual(new Set(top[b])));
  });
});

describe('draws are keyed by seed, step and sample', () => {
  const rowsOf = (context: SampleContext) =>
    draw(context)
      .slice(1)
      .map((block) => (block as MixtureBlock).rows.arraySync());

  test('permuting the queries permutes the rows', () => {
    const context = makeContext({ ids: [11, 22, 33, 44] });
    const order = tf.tensor1d([2, 0, 3, 1], 'int32');
    const moved = {
      ...context,
      similarities: tf.gather(context.similarities, order),
      ids: tf.gather(context.ids, order),
      rng: createRng(1, 'sampler/test'),
    };
    const [before, after] = [rowsOf(context), rowsOf(moved)];
    expect(after).toEqual(before.map((block) => [2, 0, 3, 1].map((b) => block[b])));
  });

  test('equal keys, equal rows; another seed, step or sample, others', () => {
    const first = rowsOf(makeContext());
    expect(rowsOf(makeContext())).toEqual(first);
    for (const other of [{ seed: 2 }, { step: 1 }, { ids: [7, 8, 9, 10] }]) expect(rowsOf(makeContext(other))).not.toEqual(first);
  });

  test('compiled equals eager', () => {
    const context = makeContext();
    const compiled = compile(
      (similarities: tf.Tensor2D, ids: tf.Tensor1D) => {
        const [, pairs, own] = draw({ ...context, similarities, ids, rng: createRng(1, 'sampler/test') });
        return { pairs: pairs.rows, weights: pairs.weights, own: own.rows };
      },
      { name: 'mochi-sampler' },
    );
    const got = compiled(context.similarities, context.ids);
    const [, pairs, own] = draw(makeContext());
    expect(got.pairs.arraySync()).toEqual(pairs.rows.arraySync());
    expect(got.own.arraySync()).toEqual(own.rows.arraySync());
    expect(got.weights).toBeAllClose(pairs.weights);
    compiled.dispose();
  });
});

describe('the candidate mask', () => {
  test('rows left out are never drawn, and are left out of the bank block', () => {
    const mask = maskOf(4, 32, (b, k) => (k + b) % 2 === 0);
    const [base, pairs, own] = draw(makeContext({ mask }), { n: 12, s: 300, sPrime: 300 });
    expect(base.logWeights).toBe(mask);
    for (const block of [pairs, own])
      block.rows.arraySync().forEach((list, b) => list.flat().forEach((row) => expect((row + b) % 2).toBe(1)));
    expect(pairs.logWeights).toBeAllClose(tf.zeros([4, 300]));
  });

  test('fewer rows than N: all of them, and no other; none: negatives that count for nothing', () => {
    const mask = maskOf(4, 32, (b, k) => k >= b); // query b may draw b rows
    const context = makeContext({ mask });
    const [, pairs, own] = draw(context, { s: 200, sPrime: 100 });
    pairs.rows.arraySync().forEach((list, b) => b > 0 && expect(new Set(list.flat())).toEqual(new Set([...Array(b).keys()])));
    own.rows.arraySync().forEach((list, b) => b > 0 && expect(new Set(list.flat())).toEqual(new Set([...Array(b).keys()])));
    expect(new Set(pairs.logWeights!.arraySync()[0])).toEqual(new Set([-Infinity]));
    expect(new Set(pairs.logWeights!.arraySync()[1])).toEqual(new Set([0]));
    const { loss, gradients } = lossOf(context, [...draw(context)]);
    expect([...loss.dataSync(), ...gradients.queries.dataSync()].every(Number.isFinite)).toBe(true);
  });

  test('that leaves nothing out changes no draw', () => {
    const [, pairs] = draw(makeContext());
    const [, masked] = draw(makeContext({ mask: maskOf(4, 32, () => false) }));
    expect(masked.rows.arraySync()).toEqual(pairs.rows.arraySync());
  });
});

const lossOf = ({ queries, positives, bank, similarities }: SampleContext, blocks: ReturnType<typeof mochiNegatives>['blocks']) =>
  contrastiveLossAndGradients({
    queries,
    positives,
    banks: { bank: bank.rows },
    similarities: { bank: similarities },
    negatives: { blocks },
    temperature: 0.2,
  });

test("S = S' = 0 equals uniform bit for bit, and needs no N", () => {
  const context = makeContext();
  const [mochi, uniform] = [mochiNegatives(context, options({ n: 1000, s: 0, sPrime: 0 })), uniformNegatives(context)].map(
    ({ blocks }) => lossOf(context, blocks),
  );
  expect(mochi!.loss.dataSync()).toEqual(uniform!.loss.dataSync());
  expect(mochi!.gradients.queries.dataSync()).toEqual(uniform!.gradients.queries.dataSync());
});

test('synthetic negatives make the task harder: the loss grows', () => {
  const context = makeContext();
  const more = lossOf(context, draw(context)).loss.dataSync()[0]!;
  expect(more).toBeGreaterThan(lossOf(context, uniformNegatives(context).blocks).loss.dataSync()[0]!);
});

describe('the sampler', () => {
  const progress = { step: 0, epoch: 0, epochs: 0, stepsPerEpoch: 100, totalSteps: 1000, filled: 0 };

  test.each([
    { warmup: '10ep', step: 999, phase: 'warm-up' },
    { warmup: '10ep', step: 1000, phase: 'full' },
    { warmup: '7st', step: 6, phase: 'warm-up' },
    { warmup: '7st', step: 7, phase: 'full' },
    { warmup: undefined, step: 0, phase: 'full' },
  ])('warmup $warmup, step $step: $phase', ({ warmup, step, phase }) => {
    const sampler = mochiSampler(mochiConfig.parse(warmup ? { warmup } : {}));
    expect(sampler.phase!({ ...progress, step })).toBe(phase);
  });

  test('is uniform in warm-up, and MoCHi after it', () => {
    const sampler = mochiSampler(options());
    expect(sampler.sample(makeContext({ phase: 'warm-up' }), {}).blocks).toHaveLength(1);
    expect(sampler.sample(makeContext(), {}).blocks).toHaveLength(3);
  });

  test.each([
    { beta: [0, 0.5], n: 8, says: [] },
    { beta: [0, 0.9], n: 8, says: [/sampler\.beta reaches 0\.9/] },
    { beta: [0, 0.9], n: 8, sPrime: 0, says: [] },
    { beta: [0, 0.9], n: 32, says: [/sampler\.n is 32/, /sampler\.beta reaches 0\.9/] },
  ])('$says is remarked of %j', ({ says, ...given }) => {
    const remark = mochiSampler(mochiConfig.parse(given)).check!(32) ?? '';
    if (says.length === 0) expect(remark).toBe('');
    for (const said of says) expect(remark).toMatch(said);
  });

  test("defaults are the paper's", () => {
    expect(mochiConfig.parse({})).toEqual({
      n: 1024,
      s: 1024,
      sPrime: 128,
      alpha: [0, 1],
      beta: [0, 0.5],
      bank: 'bank',
      warmup: { epochs: 0 },
    });
  });

  test.each([
    { n: 0 },
    { s: -1 },
    { sPrime: -1 },
    { sprime: 3 },
    { s: 1.5 },
    { alpha: [0.6, 0.5] },
    { beta: [0, 1.1] },
    { warmup: 'soon' },
  ])('config %j is refused', (config) => {
    expect(mochiConfig.safeParse(config).success).toBe(false);
  });
});

test('no tensor is left behind', () => {
  const { similarities, ids, mask, rng } = makeContext({ mask: maskOf(4, 32, (_, k) => k === 3) });
  // In TensorFlow's memory already: values from JavaScript go there when first used, which would look like a leak.
  const inputs = [similarities, tf.mul<tf.Tensor1D>(ids, tf.scalar(1, 'int32')), tf.mul<tf.Tensor2D>(mask!, 1)] as const;
  leakFree(inputs, (s, i, m) => mochiNegatives({ similarities: s, ids: i, mask: m, rng }, options()));
});

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;

test('beside a GPU integers are calculated with otherwise: the same draws, loss and gradients', () => {
  const { queries, positives } = makeContext();
  const step = () =>
    compile((q: tf.Tensor2D, k: tf.Tensor2D) => {
      const context = makeContext();
      const [base, pairs, own] = draw(context);
      const { rows } = context.bank;
      const given = { queries: q, positives: k, banks: { [DEFAULT_BANK]: rows }, similarities: {}, temperature: 0.2 };
      const { loss, gradients } = contrastiveLossAndGradients({ ...given, negatives: { blocks: [base!, pairs, own] } });
      return { pairs: pairs.rows, own: own.rows, loss, gradient: gradients.queries };
    });
  const [here, there] = [step()(queries, positives), asOnGpu(() => step()(queries, positives))];
  expect(there.pairs.arraySync()).toEqual(here.pairs.arraySync());
  expect(there.own.arraySync()).toEqual(here.own.arraySync());
  expect(there.loss).toBeAllClose(here.loss);
  expect(there.gradient).toBeAllClose(here.gradient, { rtol: 1e-5, atol: 1e-7 });
});

/** `fn` with the choices that are made beside a GPU; TensorFlow stays where it is, and has those kernels on a processor too. */
function asOnGpu<R>(fn: () => R): R {
  const info = runtimeInfo() as { device: string };
  const { device } = info;
  info.device = 'gpu';
  try {
    return fn();
  } finally {
    info.device = device;
  }
}
