import { bankBlock, isMochiError, mixtureBlock, rowsBlock, type Block, type Denominator } from '@mochi/contract';
import { leakFree } from '@mochi/testing';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { randomProblem } from '../test/explicit-loss.js';
import { inputOf, randomMixture } from '../test/random-blocks.js';
import { contrastiveLoss, contrastiveLossAndGradients, type ContrastiveInput } from './index.js';

await startTensorFlow();

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

test('a wrong shape is told with the letters of the right one', () => {
  const wrong = inputOf(randomProblem(1, 2, 4, 3), [bankBlock({ logWeights: tf.zeros([3]) as never })], {});
  expect(() => contrastiveLoss(wrong)).toThrow(
    expect.objectContaining({
      happened: 'logWeights of block 0 (bank) has shape [3].',
      expected: '[B, K] = [2, 3]',
    }),
  );
});

test.each([
  { what: 'positives', more: { positives: tf.zeros<tf.Rank.R2>([1, 4]) }, expected: '[B, D] = [2, 4]' },
  { what: 'the bank "bank"', more: { banks: { bank: tf.zeros<tf.Rank.R2>([4, 3]) } }, expected: '[K, D] = [4, 4]' },
  {
    what: 'similarities of the bank "bank"',
    more: { similarities: { bank: tf.zeros<tf.Rank.R2>([3, 2]) } },
    expected: '[B, K] = [2, 3]',
  },
])("a wrong shape of $what is the caller's, not a sampler's", ({ what, more, expected }) =>
  expect(() => contrastiveLoss(inputOf(randomProblem(1, 2, 4, 3), [bankBlock()], more))).toThrow(
    expect.objectContaining({
      happened: expect.stringContaining(`${what} has shape`) as string,
      expected,
      fix: expect.not.stringContaining('sampler') as string,
    }),
  ),
);

test('no tensor is left behind', () => {
  const problem = randomProblem(3, 4, 8, 12);
  const blocks = [bankBlock(), randomMixture(1, problem, 9, 2, false), randomMixture(2, problem, 5, 3, true)];
  leakFree(
    [problem, blocks],
    (p, b) => contrastiveLoss(inputOf(p, b)),
    (result) => expect(result.loss).toHaveShape([]),
  );
});
