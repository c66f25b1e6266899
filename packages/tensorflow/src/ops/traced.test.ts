import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { numbers } from '../../test/gradients.js';
import { compile } from '../compile/compile.js';
import { liveHandles } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import {
  batchNormEval, batchNormTrain, conv2d, gather, l2Normalize, logSumExp, maxPool2d, permutationFromUniforms, rankMask, resizeAntialiased, scatterAdd,
  scatterRows, topK,
} from './index.js'; // prettier-ignore

await startTensorFlow();

const int = (values: number[], shape: number[] = [values.length]): tf.Tensor => tf.tensor(values, shape, 'int32');
const image = (x: tf.Tensor): tf.Tensor4D => tf.reshape(x, [2, 4, 4, 3]);
const channels = (from: number): tf.Tensor1D => tf.add(numbers([3], from), 1.5);

/** Each from x [2, 48] to a tensor. */
const OPS: { name: string; fn: (x: tf.Tensor2D) => tf.Tensor; gradient?: boolean }[] = [
  { name: 'conv2d, strided and padded', fn: (x) => conv2d(image(x), numbers([3, 3, 3, 2]) as tf.Tensor4D, { stride: 2, padding: 1 }) },
  { name: 'conv2d, same size', fn: (x) => conv2d(image(x), numbers([3, 3, 3, 2]) as tf.Tensor4D, { padding: 1 }) },
  { name: 'batchNormTrain', fn: (x) => batchNormTrain(image(x), channels(1), channels(2), channels(3), channels(4)).y },
  { name: 'batchNormTrain, statistics', fn: (x) => batchNormTrain(image(x), channels(1), channels(2), channels(3), channels(4)).variance, gradient: false },
  { name: 'batchNormEval', fn: (x) => batchNormEval(image(x), channels(1), channels(2), channels(3), channels(4)) },
  { name: 'maxPool2d', fn: (x) => maxPool2d(image(x), { size: 3, stride: 2, padding: 1 }) },
  { name: 'topK', fn: (x) => topK(x, 5).values },
  { name: 'topK, indices', fn: (x) => topK(x, 5).indices, gradient: false },
  { name: 'gather', fn: (x) => gather(x, int([4, 4, 0, 1], [2, 2]), { batchDims: 1 }) },
  { name: 'scatterAdd', fn: (x) => scatterAdd(int([2, 2], [2, 1]) as tf.Tensor2D, x, [3, 48]) },
  { name: 'scatterRows', fn: (x) => scatterRows(tf.concat([x, x], 0), int([3]) as tf.Tensor1D, tf.slice(x, 0, 1)) },
  { name: 'logSumExp', fn: (x) => logSumExp(x) },
  { name: 'l2Normalize', fn: (x) => l2Normalize(x) },
  { name: 'rankMask', fn: (x) => tf.exp(rankMask(x, 3, 9)), gradient: false },
  { name: 'permutationFromUniforms', fn: permutationFromUniforms, gradient: false },
  { name: 'resizeAntialiased', fn: (x) => resizeAntialiased(tf.reshape(x, [4, 8, 3]), [3, 5]), gradient: false },
]; // prettier-ignore

test.each(OPS)('$name: compiled, value and gradient are those of the eager run', ({ fn, gradient = true }) => {
  const before = liveHandles();
  tf.tidy(() => {
    const loss = (x: tf.Tensor2D): tf.Scalar =>
      tf.sum(
        tf.mul(
          fn(x),
          numbers(
            tf.tidy(() => fn(x).shape),
            3,
          ),
        ),
      );
    const both = (x: tf.Tensor2D): tf.Tensor[] => [fn(x), ...(gradient ? [tf.grad((a) => loss(a as tf.Tensor2D))(x)] : [])];
    const compiled = compile(both);
    for (const seed of [1, 2]) {
      const x = numbers([2, 48], seed) as tf.Tensor2D;
      const want = both(x);
      compiled(x).forEach((got, i) => expect(got).toBeAllClose(want[i]!, { rtol: 1e-4, atol: 1e-5 }));
    }
    expect(compiled.traces).toBe(1);
    compiled.dispose();
  });
  expect(liveHandles()).toEqual(before);
});
