import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compile, startTensorFlow, valueAndGrads } from './index.js';

test('the example of the README runs and learns', async () => {
  await startTensorFlow();
  const step = compile(
    (params: { w: tf.Tensor2D }, x: tf.Tensor2D) => {
      const { loss, gradients } = valueAndGrads(({ w }) => ({ loss: tf.mean(tf.square(tf.matMul(x, w))) as tf.Scalar }), params);
      return { loss, params: { w: tf.sub<tf.Tensor2D>(params.w, tf.mul(0.1, gradients.w)) } };
    },
    { name: 'step' },
  );
  const x = tf.ones<tf.Rank.R2>([8, 3]);
  let params = { w: tf.ones<tf.Rank.R2>([3, 2]) };
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    const result = await step.runAsync(params, x);
    losses.push(result.loss.dataSync()[0]!);
    params = result.params;
  }
  expect(losses[0]).toBeCloseTo(9);
  expect(losses[2]).toBeLessThan(losses[1]!);
  expect(losses[1]).toBeLessThan(9);
  expect(step.traces).toBe(1);
});
