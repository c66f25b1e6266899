import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { createRng } from '../random/create-rng.js';
import { startTensorFlow } from '../runtime/start.js';
import { groupNorm } from './group-norm.js';

await startTensorFlow();

const [B, H, W, C, EPSILON] = [3, 2, 3, 6, 1e-5];

/** The definition in float64, on arrays. */
function byHand(x: ArrayLike<number>, scale: ArrayLike<number>, offset: ArrayLike<number>, groups: number): number[] {
  const size = C / groups;
  const out = Array<number>(B * H * W * C);
  for (let b = 0; b < B; b++) {
    for (let group = 0; group < groups; group++) {
      const at = Array.from(
        { length: H * W * size },
        (_, i) => (b * H * W + Math.floor(i / size)) * C + group * size + (i % size),
      );
      const mean = at.reduce((sum, i) => sum + x[i]!, 0) / at.length;
      const variance = at.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / at.length;
      for (const i of at) out[i] = ((x[i]! - mean) / Math.sqrt(variance + EPSILON)) * scale[i % C]! + offset[i % C]!;
    }
  }
  return out;
}

const draws = createRng(5, 'group-norm');
const inputs = () =>
  [draws.normal([B, H, W, C], 3, 2), draws.normal([C], 1), draws.normal([C])] as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];

describe('groupNorm', () => {
  test('leaves nothing behind', () => {
    leakFree([...inputs()] as const, (x, scale, offset) =>
      groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, offset as tf.Tensor1D, 2),
    );
  });

  test.each([1, 2, 3, 6])('in %i groups: values of float64, and gradients as differences of it', (groups) => {
    const [x, scale, offset] = inputs();
    const given = [x, scale, offset].map((one) => Array.from(one.dataSync()));
    expect(groupNorm(x, scale, offset, groups)).toBeAllClose(byHand(given[0]!, given[1]!, given[2]!, groups), {
      rtol: 1e-4,
      atol: 1e-5,
    });
    const weights = draws.normal([B, H, W, C]) as tf.Tensor4D;
    const w = weights.dataSync();
    const loss = (args: number[][]) =>
      byHand(args[0]!, args[1]!, args[2]!, groups).reduce((sum, value, at) => sum + value * w[at]!, 0);
    const gradients = tf.grads((...args: tf.Tensor[]) =>
      tf.sum(tf.mul(groupNorm(args[0] as tf.Tensor4D, args[1] as tf.Tensor1D, args[2] as tf.Tensor1D, groups), weights)),
    )([x, scale, offset]);
    gradients.forEach((gradient, which) => {
      const want = given[which]!.map((_, at) => {
        const moved = (by: number) =>
          given.map((one, i) => (i === which ? one.map((value, j) => (j === at ? value + by : value)) : one));
        return (loss(moved(1e-4)) - loss(moved(-1e-4))) / 2e-4;
      });
      expect(gradient).toBeAllClose(want, { rtol: 1e-3, atol: 1e-4 });
    });
  });

  test('no image sees another', () => {
    const [x, scale, offset] = inputs();
    const alone = groupNorm(tf.slice(x, 1, 1), scale, offset, 2);
    // Of another shape, sums come in another order: numbers about 3 are off by some 1e-7 of that, and are scaled and moved after.
    expect(alone).toBeAllClose(tf.slice(groupNorm(x, scale, offset, 2), 1, 1), { rtol: 1e-5, atol: 1e-5 });
  });

  test.each([0, 4, 1.5])('%d groups of 6 channels are refused', (groups) => {
    expect(() => groupNorm(...inputs(), groups)).toThrow('MOCHI_OP_ARGUMENT');
  });
});
