import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { gradientPair, numbers } from '../../test/gradients.js';
import { startTensorFlow } from '../runtime/start.js';
import { l2Normalize } from './l2-normalize.js';
import { logSumExp } from './log-sum-exp.js';

await startTensorFlow();

describe('logSumExp', () => {
  test.each([
    { name: 'two equal: ln 2 more', x: [3, 3], want: 3 + Math.LN2 },
    { name: 'large numbers stay finite', x: [1000, 1000], want: 1000 + Math.LN2 },
    { name: 'small numbers stay finite', x: [-1000, -1000], want: -1000 + Math.LN2 },
    { name: 'an absent entry does not count', x: [2, -Infinity], want: 2 },
  ])('$name', ({ x, want }) => {
    leakFree(
      [tf.tensor1d(x)],
      (t) => logSumExp(t),
      (y) => expect(y).toBeAllClose([want]),
    );
  });

  test('all absent: -Infinity, and a gradient of 0', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([-Infinity, -Infinity, 1, -Infinity], [2, 2]);
      expect(logSumExp(x).arraySync()).toEqual([-Infinity, 1]);
      expect(tf.grad((a) => tf.sum(logSumExp(a)))(x).arraySync()).toEqual([[0, 0], [1, 0]]); // prettier-ignore
    });
  });

  test('axes and kept dimensions', () => {
    tf.tidy(() => {
      const x = numbers([2, 3, 4]);
      expect(logSumExp(x, 1)).toBeAllClose(tf.log(tf.sum(tf.exp(x), 1)));
      expect(logSumExp(x, [0, -1], true)).toBeAllClose(tf.log(tf.sum(tf.exp(x), [0, 2], true)));
    });
  });

  test('the gradient is the softmax, also where exp would overflow', () => {
    leakFree(
      [numbers([2, 3])],
      (x) => tf.tidy(() => tf.grad((a) => tf.sum(logSumExp(a)))(x)),
      (g) => tf.tidy(() => void expect(tf.sum(g, 1)).toBeAllClose([1, 1])),
    );
    tf.tidy(() => {
      const { taped, numeric } = gradientPair((x) => logSumExp(x!, 0), [numbers([4, 3])]);
      expect(taped[0]!).toBeAllClose(numeric[0]!, { rtol: 1e-2, atol: 1e-3 });
      expect(tf.grad((a) => logSumExp<tf.Scalar>(a))(tf.tensor1d([999, 999]))).toBeAllClose([0.5, 0.5]);
    });
  });
});

describe('l2Normalize', () => {
  test('unit length along the axis; zero stays zero', () => {
    leakFree(
      [tf.tensor2d([3, 4, 0, 0], [2, 2])],
      (x) => l2Normalize(x),
      (y) => expect(y).toBeAllClose([0.6, 0.8, 0, 0]),
    );
    tf.tidy(() => void expect(tf.sum(tf.square(l2Normalize(numbers([3, 4, 5]), { axis: 1 })), 1)).toBeAllClose(tf.ones([3, 5])));
  });
  test('gradient against differences', () => {
    tf.tidy(() => {
      const { taped, numeric } = gradientPair((x) => l2Normalize(x!), [numbers([3, 4])]);
      expect(taped[0]!).toBeAllClose(numeric[0]!, { rtol: 1e-2, atol: 2e-3 });
      expect(tf.grad((a) => tf.sum(l2Normalize(a)))(tf.zeros([1, 2]))).toBeAllClose([1e6, 1e6]); // finite
    });
  });
});
