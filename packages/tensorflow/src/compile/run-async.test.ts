import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile, execute, startTensorFlow } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
const { compiled } = leaveNothing();

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('runAsync', () => {
  const heavy = (x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 6; i++) y = tf.div(tf.matMul(y as tf.Tensor2D, x as tf.Tensor2D), 1000);
    return y;
  };
  test('leaves the event loop free', async () => {
    const x = tf.ones([1000, 1000]);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const result = await compiled(heavy).runAsync(x);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(result.dataSync()[0]).toBeCloseTo(1);
  });
  test('runs at the same time as others and as eager ops; arguments may be disposed at once', async () => {
    const run = compiled((x: tf.Tensor) => tf.sum(heavy(x)));
    const results = [1, 2, 3, 4].map((value) => {
      const x = tf.fill([200, 200], value);
      const result = run.runAsync(x);
      x.dispose();
      return result;
    });
    const eager = [1, 2, 3, 4].map((value) => values(tf.tidy(() => tf.sum(heavy(tf.fill([200, 200], value)))))[0]!);
    const got = (await Promise.all(results)).map((tensor) => values(tensor)[0]!);
    got.forEach((value, i) => expect(Math.abs(value / eager[i]! - 1)).toBeLessThan(1e-4));
    expect(run.traces).toBe(1);
  });
  test('any number may be asked for at once', async () => {
    const run = compiled((x: tf.Tensor) => tf.add(x, 1));
    const results = await Promise.all(Array.from({ length: 600 }, (_, at) => run.runAsync(tf.scalar(at))));
    expect(results.map((result) => values(result)[0])).toEqual(Array.from({ length: 600 }, (_, at) => at + 1));
  });
  test('dispose() waits for runs that are under way', async () => {
    const run = compile(heavy);
    const result = run.runAsync(tf.ones([300, 300]));
    run.dispose();
    expect((await result).shape).toEqual([300, 300]);
  });
  test('fails with the error of TensorFlow', async () => {
    const run = compiled((x: tf.Tensor, k: tf.Tensor) => execute('TopKV2', [], [x, k], 2)[0]!);
    await expect(run.runAsync(tf.tensor1d([1]), tf.scalar(5, 'int32'))).rejects.toMatchObject({ code: 'MOCHI_TENSORFLOW' });
    expect(values(await run.runAsync(tf.tensor1d([1]), tf.scalar(1, 'int32')))).toEqual([1]);
  });
});
