import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { gradientPair, numbers } from '../../test/gradients.js';
import { startTensorFlow } from '../runtime/start.js';
import { batchNormEval, batchNormTrain } from './batch-norm.js';

await startTensorFlow();

const parameters = (): [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D] => [
  tf.tensor1d([1.5, -0.5]),
  tf.tensor1d([0.1, 0.2]),
  tf.tensor1d([10, 20]),
  tf.tensor1d([5, 6]),
];

/** The definition, in TF.js' ops. */
const composed = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, epsilon: number): tf.Tensor => {
  const axes = x.shape.slice(0, -1).map((_, i) => i);
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), scale), offset);
};

describe('batchNormTrain', () => {
  test('normalises with the biased variance, and moves the running statistics with the unbiased one', () => {
    leakFree(
      [tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [2, 2, 2, 2]), ...parameters()] as const,
      (x, s, o, m, v) => batchNormTrain(x, s!, o!, m!, v!),
      ({ y, mean, variance }) => {
        expect(y.dataSync().slice(0, 2)).toBeAllClose([
          (1.5 * -7) / Math.sqrt(21 + 1e-5) + 0.1,
          (-0.5 * -7) / Math.sqrt(21 + 1e-5) + 0.2,
        ]);
        expect(mean).toBeAllClose([0.9 * 10 + 0.1 * 7, 0.9 * 20 + 0.1 * 8]);
        expect(variance).toBeAllClose([0.9 * 5 + 0.1 * 24, 0.9 * 6 + 0.1 * 24]); // 168 / 7; 168 / 8 would be 21
      },
    );
  });

  test('a momentum of 1 takes the batch alone', () => {
    tf.tidy(() => {
      const [s, o, m, v] = parameters();
      const { mean, variance } = batchNormTrain(tf.tensor2d([1, 2, 3, 6], [2, 2]), s!, o!, m!, v!, { momentum: 1 });
      expect(mean).toBeAllClose([2, 4]);
      expect(variance).toBeAllClose([2, 8]);
    });
  });

  test.each([
    { name: 'images', shape: [2, 3, 2, 2] },
    { name: 'vectors', shape: [5, 2] },
  ])('$name: value and gradients are those of the definition', ({ shape }) => {
    tf.tidy(() => {
      const [s, o, m, v] = parameters();
      const x = numbers(shape);
      const loss = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(y, numbers(y.shape, 3)));
      const ours = tf.grads((a, b, c) => loss(batchNormTrain(a!, b as tf.Tensor1D, c as tf.Tensor1D, m!, v!).y))([x, s!, o!]);
      const theirs = tf.grads((a, b, c) => loss(composed(a!, b!, c!, 1e-5)))([x, s!, o!]);
      expect(batchNormTrain(x, s!, o!, m!, v!).y).toBeAllClose(composed(x, s!, o!, 1e-5), { rtol: 1e-4, atol: 1e-5 });
      ours.forEach((gradient, i) => expect(gradient).toBeAllClose(theirs[i]!, { rtol: 1e-3, atol: 1e-4 }));
    });
  });

  test('gradients leave nothing behind, and the running statistics have none', () => {
    leakFree([numbers([4, 2]), ...parameters()] as const, (x, s, o, m, v) =>
      tf.tidy(() => tf.grads((a) => tf.sum(batchNormTrain(a!, s!, o!, m!, v!).y))([x])),
    );
    tf.tidy(() => {
      const [s, o, m, v] = parameters();
      expect(() => tf.grad((x) => tf.sum(batchNormTrain(x, s!, o!, m!, v!).mean))(numbers([4, 2]))).toThrow();
    });
  });
});

describe('batchNormEval', () => {
  test.each([{ shape: [2, 2, 1, 2] }, { shape: [3, 2] }])(
    'normalises $shape with the given statistics, gradients to x, scale and offset',
    ({ shape }) => {
      tf.tidy(() => {
        const [s, o, m, v] = parameters();
        const x = numbers(shape);
        const want = tf.add(tf.mul(tf.div(tf.sub(x, m!), tf.sqrt(tf.add(v!, 1e-5))), s!), o!);
        expect(batchNormEval(x, s!, o!, m!, v!)).toBeAllClose(want);
        const { taped, numeric } = gradientPair(
          (a, b, c) => batchNormEval(a!, b as tf.Tensor1D, c as tf.Tensor1D, m!, v!),
          [x, s!, o!],
        );
        taped.forEach((gradient, i) => expect(gradient).toBeAllClose(numeric[i]!, { rtol: 1e-2, atol: 2e-3 }));
      });
    },
  );
});
