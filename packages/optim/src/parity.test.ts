import { referenceCase } from '@mochi/testing';
import { disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { progressAt } from '../test/progress.js';
import { cosine, emaUpdate, sgd } from './index.js';

await startTensorFlow();

test('SGD, the cosine by step and the moving average follow PyTorch, step by step', () => {
  const reference = referenceCase('sgd-cosine', import.meta.url);
  const optimizer = sgd({
    rate: reference.number('base_lr'),
    momentum: reference.number('momentum'),
    weightDecay: reference.number('weight_decay'),
  });
  const schedule = cosine();
  const tolerance = { rtol: 1e-5, atol: 1e-7 };
  const [steps, ...shape] = reference.shape('weights') as [number, number, number];
  const size = shape[0] * shape[1];
  const nth = (name: string, step: number) => Float32Array.from(reference.values(name).slice(size * step, size * (step + 1)));

  let params: Record<string, tf.Tensor> = { w: reference.tensor('start') };
  let average: Record<string, tf.Tensor> = { w: reference.tensor('start') };
  let slots = optimizer.init(params);
  for (let step = 0; step < steps; step++) {
    const gradients = { w: tf.tensor(nth('gradients', step), shape) };
    const rate = tf.scalar(optimizer.rate * schedule.factor(progressAt(step, 2, steps / 2)));
    const at = tf.scalar(step, 'int32');
    const next = optimizer.update(params, gradients, slots, rate, at);
    const moved = emaUpdate(average, next.params, reference.number('ema_decay'));
    expect(next.params['w']).toBeAllClose(nth('weights', step), tolerance);
    expect(moved['w']).toBeAllClose(nth('ema', step), tolerance);
    disposeTree([params, slots['momentum']!, average, gradients, rate, at]);
    [params, slots, average] = [next.params, next.slots, moved];
  }
  disposeTree([params, slots['momentum']!, average]);
});
