import { bankBlock, DEFAULT_BANK, type Block } from '@mochi/contract';
import { l2Normalize, startTensorFlow, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { negativesOf, randomProblem, type Problem } from '../test/explicit-loss.js';
import { inputOf, randomMask, randomMixture } from '../test/random-blocks.js';
import { contrastiveLoss, type ContrastiveInput } from './index.js';

await startTensorFlow();

/** InfoNCE with the bank on the tape and mixtures cut from it, in plain ops. */
function byDefinition({ queries, positives, bank }: Problem, blocks: Block[], temperature: number): tf.Scalar {
  const columns = blocks.map((block) => {
    const negatives = block.kind === 'bank' ? tf.expandDims(bank, 0) : stopGradient(negativesOf(block, bank, queries));
    const logits = tf.div(tf.sum(tf.mul(tf.expandDims(queries, 1), negatives), 2), temperature);
    return block.logWeights ? tf.add(logits, block.logWeights) : logits;
  });
  const own = tf.div(tf.sum(tf.mul(queries, positives), 1, true), temperature);
  return tf.mean(tf.sub(tf.logSumExp(tf.concat([own, ...columns], 1), 1), tf.squeeze(own, [1])));
}

describe('a live bank', () => {
  const problem = randomProblem(4, 6, 8, 12);
  const blocks = [bankBlock({ logWeights: randomMask(1, problem, 0.3) }), randomMixture(2, problem, 9, 2, true)];
  const live: Partial<ContrastiveInput> = { live: [DEFAULT_BANK], positiveGradient: true };

  test('gets the gradient of autograd; mixtures of its rows stay constants', () => {
    const closed = tf.grads((queries: tf.Tensor, positives: tf.Tensor, bank: tf.Tensor) => {
      return contrastiveLoss(inputOf({ queries, positives, bank } as Problem, blocks, live)).loss;
    })([problem.queries, problem.positives, problem.bank]);
    const want = tf.grads((queries: tf.Tensor, positives: tf.Tensor, bank: tf.Tensor) =>
      byDefinition({ queries, positives, bank } as Problem, blocks, 0.2),
    )([problem.queries, problem.positives, problem.bank]);
    closed.forEach((gradient, at) => expect(gradient).toBeAllClose(want[at]!, { rtol: 1e-4, atol: 1e-6 }));
    expect(tf.max(tf.abs(want[2]!)).dataSync()[0]).toBeGreaterThan(0.01);
  });

  test('one tensor may be queries, positives and bank at once, as in SimCLR', () => {
    const start = tf.concat([problem.queries, problem.positives]) as tf.Tensor2D;
    const [rows, half] = [start.shape[0], start.shape[0] / 2];
    const order = Array.from({ length: rows }, (_, at) => (at + half) % rows);
    const hidden = tf.buffer([rows, rows]);
    order.forEach((other, at) => [at, other].forEach((column) => hidden.set(-Infinity, at, column)));
    const masked = [bankBlock({ logWeights: hidden.toTensor() as tf.Tensor2D })];
    const asProblem = (raw: tf.Tensor2D): Problem => {
      const bank = l2Normalize(raw) as tf.Tensor2D;
      return { queries: bank, bank, positives: tf.gather(bank, tf.tensor1d(order, 'int32')) };
    };
    const closed = tf.valueAndGrad((raw: tf.Tensor2D) => contrastiveLoss(inputOf(asProblem(raw), masked, live)).loss)(start);
    const want = tf.valueAndGrad((raw: tf.Tensor2D) => byDefinition(asProblem(raw), masked, 0.2))(start);
    expect(closed.value).toBeAllClose(want.value);
    expect(closed.grad).toBeAllClose(want.grad, { rtol: 1e-4, atol: 1e-6 });
  });

  test('is a constant where it is not said to be live', () => {
    const gradient = tf.grad((bank: tf.Tensor) => {
      const { loss } = contrastiveLoss(
        inputOf({ ...problem, bank: bank as tf.Tensor2D }, [bankBlock()], { positiveGradient: true }),
      );
      return tf.add(loss, tf.mul(0, tf.sum(bank)));
    })(problem.bank);
    expect(tf.max(tf.abs(gradient)).dataSync()[0]).toBe(0);
  });
});
