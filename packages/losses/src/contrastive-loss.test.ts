import { bankBlock, DEFAULT_BANK, isMochiError, mixtureBlock, rowsBlock, type Block, type Denominator } from '@mochi/contract';
import { leakFree } from '@mochi/testing';
import { createRng, l2Normalize, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { explicitLoss, randomProblem, type Problem } from '../test/explicit-loss.js';
import { contrastiveLoss, contrastiveLossAndGradients, infoNce, mixtureSimilarities, type ContrastiveInput } from './index.js';

await startTensorFlow();

const FLOAT32 = { rtol: 1e-4, atol: 1e-6 };

/** M mixtures of P random rows each, with weights in (from, to) and, where asked, a part of the query in (0, 0.5). */
function randomMixture(
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
function randomMask(seed: number, { bank, queries }: Problem, share: number): tf.Tensor2D {
  const draws = createRng(seed, 'mask').uniform([queries.shape[0], bank.shape[0]]);
  const first = tf.equal(tf.range(0, bank.shape[0], 1, 'int32'), tf.scalar(0, 'int32'));
  return tf.where(tf.logicalOr(tf.greaterEqual(draws, share), first), tf.zerosLike(draws), tf.fill(draws.shape, -Infinity));
}

const inputOf = (
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

describe('the closed-form gradient equals autograd over explicit, detached negatives', () => {
  test.each([
    { name: 'uniform', sizes: [5, 8, 20], blocks: () => [bankBlock()] },
    {
      name: 'a bank that is not full',
      sizes: [5, 8, 20],
      blocks: (p: Problem) => [bankBlock({ logWeights: randomMask(3, p, 0.6) })],
    },
    {
      name: 'random log-weights',
      sizes: [3, 4, 9],
      blocks: (p: Problem) => [
        bankBlock({ logWeights: createRng(1, 'w').normal([p.queries.shape[0], p.bank.shape[0]]) as tf.Tensor2D }),
      ],
    },
    { name: 'P = 1', sizes: [4, 8, 12], blocks: (p: Problem) => [randomMixture(1, p, 7, 1, false)] },
    {
      name: 'P = 1 and the query (type 2)',
      sizes: [4, 8, 12],
      blocks: (p: Problem) => [bankBlock(), randomMixture(2, p, 30, 1, true)],
    },
    {
      name: 'P = 2 (type 1), more than the bank has',
      sizes: [4, 8, 12],
      blocks: (p: Problem) => [bankBlock(), randomMixture(3, p, 50, 2, false)],
    },
    { name: 'P = 2 and the query', sizes: [4, 8, 12], blocks: (p: Problem) => [bankBlock(), randomMixture(4, p, 9, 2, true)] },
    { name: 'P = 4', sizes: [4, 16, 12], blocks: (p: Problem) => [bankBlock(), randomMixture(5, p, 9, 4, false)] },
    { name: 'P = 3 and the query', sizes: [4, 16, 12], blocks: (p: Problem) => [bankBlock(), randomMixture(6, p, 9, 3, true)] },
    {
      name: 'extrapolation: negative weights',
      sizes: [4, 8, 12],
      blocks: (p: Problem) => [bankBlock(), randomMixture(7, p, 9, 2, true, -1.5, 1)],
    },
    {
      name: 'MoCHi, both types, masked bank',
      sizes: [6, 8, 30],
      blocks: (p: Problem) => [
        bankBlock({ logWeights: randomMask(9, p, 0.5) }),
        randomMixture(8, p, 40, 2, false),
        randomMixture(9, p, 10, 1, true),
      ],
    },
    {
      name: 'explicit rows',
      sizes: [3, 8, 5],
      blocks: (p: Problem) => [
        bankBlock(),
        rowsBlock(l2Normalize(createRng(4, 'rows').normal([p.queries.shape[0], 6, p.queries.shape[1]]))),
      ],
    },
    { name: 'one query, one row', sizes: [1, 4, 1], blocks: () => [bankBlock()] },
  ])('$name', ({ sizes: [batch, width, capacity], blocks: make }) => {
    for (const seed of [1, 2, 3]) {
      const problem = randomProblem(seed, batch!, width!, capacity!);
      const blocks: Block[] = make(problem);
      for (const temperature of [0.07, 0.5]) {
        const explicit = tf.valueAndGrad((q: tf.Tensor2D) =>
          explicitLoss(q, problem.positives, problem.bank, blocks, temperature),
        )(problem.queries);
        const closed = tf.valueAndGrad(
          (q: tf.Tensor2D) => contrastiveLoss(inputOf({ ...problem, queries: q }, blocks, { temperature })).loss,
        )(problem.queries);
        expect(closed.value).toBeAllClose(explicit.value, FLOAT32);
        expect(closed.grad).toBeAllClose(explicit.grad, { rtol: 1e-4, atol: 3e-6 });
      }
    }
  });

  test.each<{ name: string; denominator: Denominator; temperature: number }>([
    { name: 'DCL', denominator: { kind: 'without-positive' }, temperature: 0.2 },
    { name: 'debiased', denominator: { kind: 'corrected', tauPlus: 0.02, floor: -1 }, temperature: 0.5 },
    { name: 'debiased, no share of positives', denominator: { kind: 'corrected', tauPlus: 0, floor: -1 }, temperature: 0.5 },
    { name: 'debiased, the floor holds', denominator: { kind: 'corrected', tauPlus: 0.6, floor: -0.5 }, temperature: 0.5 },
  ])('denominator: $name', ({ denominator, temperature }) => {
    const problem = randomProblem(7, 6, 8, 30);
    const blocks = [bankBlock(), randomMixture(1, problem, 20, 2, false), randomMixture(2, problem, 8, 1, true)];
    const explicit = tf.valueAndGrads((q, k) =>
      explicitLoss(q as tf.Tensor2D, k as tf.Tensor2D, problem.bank, blocks, temperature, denominator),
    )([problem.queries, problem.positives]);
    const closed = tf.valueAndGrads(
      (q, k) =>
        contrastiveLoss(
          inputOf({ ...problem, queries: q as tf.Tensor2D, positives: k as tf.Tensor2D }, blocks, {
            temperature,
            negatives: { blocks, denominator },
            positiveGradient: true,
          }),
        ).loss,
    )([problem.queries, problem.positives]);
    expect(closed.value).toBeAllClose(explicit.value, FLOAT32);
    expect(closed.grads[0]!).toBeAllClose(explicit.grads[0]!, FLOAT32);
    expect(closed.grads[1]!).toBeAllClose(explicit.grads[1]!, FLOAT32);
  });

  test('differentiable log-weights get their probabilities, constant ones nothing', () => {
    const problem = randomProblem(5, 4, 8, 10);
    const start = createRng(2, 'w').normal([4, 10]) as tf.Tensor2D;
    const explicit = tf.grad((w: tf.Tensor2D) =>
      explicitLoss(problem.queries, problem.positives, problem.bank, [bankBlock({ logWeights: w })], 0.2),
    )(start);
    const ours = (differentiable: boolean) => (w: tf.Tensor2D) =>
      contrastiveLoss(inputOf(problem, [bankBlock({ logWeights: w, differentiable })])).loss;
    expect(tf.grad(ours(true))(start)).toBeAllClose(explicit, FLOAT32);
    expect(() => tf.grad(ours(false))(start)).toThrow(/gradient/i);
  });

  test('weights that depend on the queries (HCL) differentiate through both ways', () => {
    const problem = randomProblem(6, 4, 8, 10);
    const weigh = (q: tf.Tensor2D): tf.Tensor2D => tf.mul(0.5, tf.matMul(q, problem.bank, false, true)); // beta * cosine
    const explicit = tf.grad((q: tf.Tensor2D) =>
      explicitLoss(q, problem.positives, problem.bank, [bankBlock({ logWeights: weigh(q) })], 0.2),
    )(problem.queries);
    const ours = tf.grad(
      (q: tf.Tensor2D) =>
        contrastiveLoss(inputOf({ ...problem, queries: q }, [bankBlock({ logWeights: weigh(q), differentiable: true })])).loss,
    )(problem.queries);
    expect(ours).toBeAllClose(explicit, FLOAT32);
  });

  test('differentiating the closed form of type 2 itself would be wrong: the test above can fail', () => {
    const problem = randomProblem(8, 4, 8, 12);
    const blocks = [randomMixture(2, problem, 30, 1, true)];
    const naive = tf.grad((q: tf.Tensor2D) => {
      const own = tf.sum<tf.Tensor1D>(tf.mul(q, problem.positives), 1);
      return infoNce(own, mixtureSimilarities(blocks[0]!, problem.bank, tf.matMul(q, problem.bank, false, true)), 0.2);
    })(problem.queries);
    const right = contrastiveLossAndGradients(inputOf(problem, blocks)).gradients.queries;
    expect(tf.max(tf.abs(tf.sub(naive, right))).arraySync()).toBeGreaterThan(1e-2);
  });
});

describe('stays finite', () => {
  const gradient = (input: ContrastiveInput) => contrastiveLossAndGradients(input);
  const denominators: Denominator[] = [
    { kind: 'with-positive' },
    { kind: 'without-positive' },
    { kind: 'corrected', tauPlus: 0.1, floor: -1 },
    { kind: 'corrected', tauPlus: 0, floor: -1 },
  ];

  test.each([
    {
      name: 'positive opposite, negative equal',
      query: [1, 0],
      positive: [-1, 0],
      bank: [
        [1, 0],
        [0, 1],
      ],
    },
    {
      name: 'positive equal, negatives opposite',
      query: [1, 0],
      positive: [1, 0],
      bank: [
        [-1, 0],
        [-1, 0],
      ],
    },
  ])('t = 0.01: $name', ({ query, positive, bank }) => {
    for (const denominator of denominators) {
      const blocks = [bankBlock()];
      const input = inputOf(
        { queries: tf.tensor2d([query]), positives: tf.tensor2d([positive]), bank: tf.tensor2d(bank) },
        blocks,
        { temperature: 0.01, negatives: { blocks, denominator } },
      );
      const { loss, gradients, metrics } = gradient(input);
      for (const value of [
        loss.dataSync()[0]!,
        ...gradients.queries.dataSync(),
        ...Object.values(metrics).map((m) => m.dataSync()[0]!),
      ])
        expect(value).toSatisfy(Number.isFinite);
    }
    const { loss } = gradient(
      inputOf({ queries: tf.tensor2d([query]), positives: tf.tensor2d([positive]), bank: tf.tensor2d(bank) }, [bankBlock()], {
        temperature: 0.01,
      }),
    );
    expect(loss).toBeAllClose([positive[0] === 1 ? 0 : 200]);
  });

  test('a row left out has probability 0 exactly, and a query without any negative has no loss', () => {
    const problem = randomProblem(1, 2, 4, 3);
    const logWeights = tf.tensor2d([
      [0, -Infinity, 0],
      [-Infinity, -Infinity, -Infinity],
    ]);
    for (const denominator of denominators) {
      const blocks = [bankBlock({ logWeights, differentiable: true })];
      const { loss, gradients, metrics } = gradient(inputOf(problem, blocks, { negatives: { blocks, denominator } }));
      const share = gradients.logWeights[0]!.dataSync();
      expect([share[1], share[3], share[4], share[5]]).toEqual([0, 0, 0, 0]);
      expect(
        [...loss.dataSync(), ...share, ...gradients.queries.dataSync(), ...metrics.accuracy.dataSync()].every(Number.isFinite),
      ).toBe(true);
      expect(
        gradients.queries
          .dataSync()
          .slice(4)
          .every((x) => x === 0),
      ).toBe(true);
    }
  });

  test('leaving rows out equals a bank without them', () => {
    const problem = randomProblem(2, 3, 4, 6);
    const logWeights = tf.tile(tf.tensor2d([[0, 0, 0, 0, -Infinity, -Infinity]]), [3, 1]) as tf.Tensor2D;
    const masked = gradient(inputOf(problem, [bankBlock({ logWeights })]));
    const short = gradient(inputOf({ ...problem, bank: tf.slice(problem.bank, [0, 0], [4, 4]) }, [bankBlock()]));
    expect(masked.loss).toBeAllClose(short.loss);
    expect(masked.gradients.queries).toBeAllClose(short.gradients.queries);
  });
});

describe('metrics', () => {
  test('probability of the positive, accuracy and cosine', () => {
    const problem = {
      queries: tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      positives: tf.tensor2d([
        [1, 0],
        [1, 0],
      ]),
      bank: tf.tensor2d([[0, 1]]),
    };
    const { metrics, loss } = contrastiveLoss(inputOf(problem, [bankBlock()], { temperature: 1 }));
    const easy = Math.E / (Math.E + 1);
    expect(metrics.positiveProbability).toBeAllClose([(easy + 1 - easy) / 2]);
    expect(metrics.accuracy).toBeAllClose([0.5]);
    expect(metrics.positiveSimilarity).toBeAllClose([0.5]);
    expect(loss).toBeAllClose([(-Math.log(easy) - Math.log(1 - easy)) / 2]);
  });
});

describe('what is wrong is said before anything is computed', () => {
  const problem = randomProblem(1, 2, 4, 3);
  test.each<[string, Block[], Partial<ContrastiveInput>]>([
    ['MOCHI_NO_NEGATIVES', [], {}],
    ['MOCHI_NO_NEGATIVES', [rowsBlock(tf.zeros([2, 0, 4]))], {}],
    ['MOCHI_UNKNOWN_BANK', [bankBlock({ bank: 'other' })], {}],
    ['MOCHI_BANK_BLOCK_TWICE', [bankBlock(), bankBlock()], {}],
    ['MOCHI_BLOCK_SHAPE', [bankBlock({ logWeights: tf.zeros([2, 4]) })], {}],
    ['MOCHI_BLOCK_SHAPE', [rowsBlock(tf.zeros([2, 3, 5]))], {}],
    ['MOCHI_BLOCK_SHAPE', [mixtureBlock({ rows: tf.zeros([2, 3, 2], 'int32'), weights: tf.zeros([2, 3, 1]) })], {}],
    ['MOCHI_BLOCK_SHAPE', [mixtureBlock({ rows: tf.zeros([2, 3], 'int32'), weights: tf.zeros([2, 3]) })], {}],
    ['MOCHI_TEMPERATURE', [bankBlock()], { temperature: 0 }],
    [
      'MOCHI_CORRECTION_RANGE',
      [bankBlock()],
      { negatives: { blocks: [bankBlock()], denominator: { kind: 'corrected', tauPlus: 1, floor: -1 } } },
    ],
  ])('%s', (code, blocks, more) => {
    let thrown: unknown;
    try {
      contrastiveLoss(inputOf(problem, blocks, more));
    } catch (error) {
      thrown = error;
    }
    expect(isMochiError(thrown) && thrown.code).toBe(code);
  });
});

test('no tensor is left behind', () => {
  const problem = randomProblem(3, 4, 8, 12);
  const blocks = [bankBlock(), randomMixture(1, problem, 9, 2, false), randomMixture(2, problem, 5, 3, true)];
  leakFree(
    [problem, blocks],
    (p, b) => contrastiveLoss(inputOf(p, b)),
    ({ loss }) => expect(loss).toHaveShape([]),
  );
});

describe('infoNce', () => {
  test.each([
    { name: 'no negative in reach: no loss', positive: [1], negative: [[-50]], t: 1, nats: 0 },
    { name: 'a negative as near as the positive: ln 2', positive: [0.3], negative: [[0.3]], t: 0.07, nats: Math.LN2 },
    { name: 'stays finite at a sharp temperature', positive: [-1], negative: [[1]], t: 1e-3, nats: 2000 },
    { name: 'M equal negatives: ln(1 + M)', positive: [0.5], negative: [[0.5, 0.5, 0.5]], t: 0.2, nats: Math.log(4) },
  ])('$name', ({ positive, negative, t, nats }) =>
    leakFree(
      [tf.tensor1d(positive), tf.tensor2d(negative)],
      (p, n) => infoNce(p, n, t),
      (loss) => expect(loss).toBeAllClose([nats]),
    ),
  );

  test('equals the contrastive loss over a bank, bit for bit', () => {
    const problem = randomProblem(4, 8, 16, 64);
    const own = tf.sum<tf.Tensor1D>(tf.mul(problem.queries, problem.positives), 1);
    const plain = infoNce(own, tf.matMul(problem.queries, problem.bank, false, true), 0.2);
    expect(contrastiveLoss(inputOf(problem, [bankBlock()])).loss.dataSync()).toEqual(plain.dataSync());
  });
});
