import { bankBlock } from '@mochi/contract';
import { leakFree } from '@mochi/testing';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { randomProblem } from '../test/explicit-loss.js';
import { inputOf } from '../test/random-blocks.js';
import { contrastiveLoss, infoNce } from './index.js';

await startTensorFlow();

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
