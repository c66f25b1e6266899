import { bankBlock, rowsBlock, type Block, type Denominator } from '@mochi/contract';
import { createRng, l2Normalize, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { explicitLoss, randomProblem, type Problem } from '../test/explicit-loss.js';
import { inputOf, randomMask, randomMixture } from '../test/random-blocks.js';
import { contrastiveLoss, contrastiveLossAndGradients, infoNce, mixtureSimilarities } from './index.js';

await startTensorFlow();

const gradientOf =
  <T extends tf.Tensor>(fn: (x: T) => tf.Scalar) =>
  (x: T): T =>
    tf.valueAndGrad(fn)(x).grad as T;

const FLOAT32 = { rtol: 1e-4, atol: 1e-6 };

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

  const weighted: Denominator = { kind: 'without-positive', positiveWeights: tf.tensor1d([0.4, 1.3, 1, 0, -0.2, 2]) };

  test.each<{ name: string; denominator: Denominator; temperature: number }>([
    { name: 'DCL', denominator: { kind: 'without-positive' }, temperature: 0.2 },
    { name: 'weighted DCL', denominator: weighted, temperature: 0.2 },
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

  test('a corrected denominator takes scalars of the step for its numbers', () => {
    const problem = randomProblem(7, 6, 8, 30);
    const of = (denominator: Denominator) =>
      contrastiveLossAndGradients(inputOf(problem, [], { negatives: { blocks: [bankBlock()], denominator } }));
    const [numbers, scalars] = [
      of({ kind: 'corrected', tauPlus: 0.02, floor: -1 }),
      of({ kind: 'corrected', tauPlus: tf.scalar(0.02), floor: tf.scalar(-1) }),
    ];
    expect(scalars.loss).toBeAllClose(numbers.loss);
    expect(scalars.gradients.queries).toBeAllClose(numbers.gradients.queries);
  });

  test('differentiable log-weights get their probabilities, constant ones nothing', () => {
    const problem = randomProblem(5, 4, 8, 10);
    const start = createRng(2, 'w').normal([4, 10]) as tf.Tensor2D;
    const explicit = gradientOf((w: tf.Tensor2D) =>
      explicitLoss(problem.queries, problem.positives, problem.bank, [bankBlock({ logWeights: w })], 0.2),
    )(start);
    const ours = (differentiable: boolean) => (w: tf.Tensor2D) =>
      contrastiveLoss(inputOf(problem, [bankBlock({ logWeights: w, differentiable })])).loss;
    expect(gradientOf(ours(true))(start)).toBeAllClose(explicit, FLOAT32);
    expect(() => gradientOf(ours(false))(start)).toThrow(/gradient/i);
  });

  test('weights that depend on the queries (HCL) differentiate through both ways', () => {
    const problem = randomProblem(6, 4, 8, 10);
    const weigh = (q: tf.Tensor2D): tf.Tensor2D => tf.mul(0.5, tf.matMul(q, problem.bank, false, true)); // beta * cosine
    const explicit = gradientOf((q: tf.Tensor2D) =>
      explicitLoss(q, problem.positives, problem.bank, [bankBlock({ logWeights: weigh(q) })], 0.2),
    )(problem.queries);
    const ours = gradientOf(
      (q: tf.Tensor2D) =>
        contrastiveLoss(inputOf({ ...problem, queries: q }, [bankBlock({ logWeights: weigh(q), differentiable: true })])).loss,
    )(problem.queries);
    expect(ours).toBeAllClose(explicit, FLOAT32);
  });

  test('differentiating the closed form of type 2 itself would be wrong: the test above can fail', () => {
    const problem = randomProblem(8, 4, 8, 12);
    const blocks = [randomMixture(2, problem, 30, 1, true)];
    const naive = gradientOf((q: tf.Tensor2D) => {
      const own = tf.sum<tf.Tensor1D>(tf.mul(q, problem.positives), 1);
      return infoNce(own, mixtureSimilarities(blocks[0]!, problem.bank, tf.matMul(q, problem.bank, false, true)), 0.2);
    })(problem.queries);
    const right = contrastiveLossAndGradients(inputOf(problem, blocks)).gradients.queries;
    expect(tf.max(tf.abs(tf.sub(naive, right))).arraySync()).toBeGreaterThan(1e-2);
  });
});
