import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../compile/compile.js';
import { batchNormTrain } from '../ops/batch-norm.js';
import { conv2d } from '../ops/conv2d.js';
import { createRng } from '../random/index.js';
import { liveHandles, runtimeInfo } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import { valueAndGrads } from '../trees/gradients.js';
import { mixedPrecision } from './mixed-precision.js';

await startTensorFlow();

/** Largest difference, as a share of the largest value. */
function difference(got: tf.Tensor, want: tf.Tensor): number {
  const [a, b] = [got.dataSync(), want.dataSync()];
  const most = Math.max(...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - b[at]!))) / most;
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const rng = createRng(1, 'mixed precision');
const images = rng.normal([8, 12, 12, 16]) as tf.Tensor4D;
const bank = rng.normal([64, 32]) as tf.Tensor2D;
const params = {
  first: tf.mul<tf.Tensor4D>(rng.normal([3, 3, 16, 16]), 0.1),
  second: tf.mul<tf.Tensor4D>(rng.normal([3, 3, 16, 16]), 0.1),
  head: tf.mul<tf.Tensor2D>(rng.normal([16, 32]), 0.3),
};
const slots = { first: tf.ones([3, 3, 16, 16]), second: tf.ones([3, 3, 16, 16]), head: tf.ones([16, 32]) };
type Params = typeof params;

/** A training step in small: an encoder, products with a bank, a loss, an optimizer. */
function step(p: Params, x: tf.Tensor4D, rows: tf.Tensor2D) {
  const [ones, zeros] = [tf.ones([16]) as tf.Tensor1D, tf.zeros([16]) as tf.Tensor1D];
  const encode = (own: Params) => {
    const first = batchNormTrain(conv2d(x, own.first, { padding: 1 }), ones, zeros, zeros, ones);
    const last = tf.relu(conv2d(tf.relu(first.y) as tf.Tensor4D, own.second, { padding: 1 }));
    return { head: tf.matMul(tf.mean(last, [1, 2]) as tf.Tensor2D, own.head), mean: first.mean };
  };
  const { loss, gradients, aux } = valueAndGrads((own) => {
    const { head, mean } = mixedPrecision(() => encode(own));
    const similarities = tf.matMul(head, rows, false, true) as tf.Tensor2D;
    return { loss: tf.mean(tf.logSumExp(similarities, 1)) as tf.Scalar, aux: { head, mean, similarities } };
  }, p);
  const next = Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => {
      const slot = tf.add(tf.mul(0.9, slots[name as keyof Params]), tf.add(gradient, tf.mul(1e-4, p[name as keyof Params])));
      return [name, tf.sub(p[name as keyof Params], tf.mul(1e-6, slot))];
    }),
  );
  return { loss, gradients, next, ...aux };
}

describe.skipIf(runtimeInfo().precisions.bfloat16 !== null)('bfloat16', () => {
  const exact = compile(step, { name: 'exact' });
  const lowered = compile(step, { name: 'lowered', precision: 'bfloat16' });
  let [want, got] = [] as unknown as [ReturnType<typeof step>, ReturnType<typeof step>];
  // Not beside the tests: that runs where they are skipped too, and a processor without bfloat16 may refuse it.
  beforeAll(() => {
    [want, got] = [exact(params, images, bank), lowered(params, images, bank)];
  });

  test('changes the outputs of the encoder by less than 1 %, and hardly turns its gradients', () => {
    expect(difference(got.head, want.head)).toBeGreaterThan(1e-5);
    expect(difference(got.head, want.head)).toBeLessThan(1e-2);
    for (const name of Object.keys(params) as (keyof Params)[]) {
      const [low, high] = [got.gradients[name], want.gradients[name]].map((gradient) => gradient.dataSync()) as [
        Float32Array,
        Float32Array,
      ];
      expect(low).not.toEqual(high);
      expect(cosine(low, high)).toBeGreaterThan(0.998);
    }
  });

  test('everything handed around is float32, with digits that bfloat16 does not have', () => {
    // bfloat16 is the upper half of a float32: a tensor that was one has zeros in the lower half.
    const lower = (tensor: tf.Tensor): number =>
      new Uint32Array((tensor.dataSync() as Float32Array).slice().buffer).filter((bits) => (bits & 0xffff) !== 0).length;
    for (const tensor of [got.mean, got.similarities, ...Object.values(got.next)]) {
      expect(tensor.dtype).toBe('float32');
      expect(lower(tensor)).toBeGreaterThan(tensor.size / 2);
    }
  });

  test('products with the bank stay float32', () => {
    const again = tf.matMul(got.head, bank, false, true);
    expect(difference(got.similarities, again)).toBeLessThan(1e-6);
  });

  test('an optimizer sees small changes', () => {
    // The step is 1e-6 of the weight: in bfloat16, with 8 bits, nothing would move.
    for (const [name, next] of Object.entries(got.next)) {
      const moved = tf.sub(params[name as keyof Params], next);
      const expected = tf.sub(params[name as keyof Params], want.next[name]!);
      expect(difference(moved, expected)).toBeLessThan(0.05);
    }
  });

  test('a product outside of mixedPrecision is that of float32, inside it is not; transposition included', () => {
    const [a, b] = [rng.normal([24, 16]) as tf.Tensor2D, rng.normal([40, 24]) as tf.Tensor2D];
    const product = () => tf.matMul(a, b, true, true);
    const plain = product();
    const outside = compile(product, { precision: 'bfloat16' })();
    const inside = compile(() => mixedPrecision(product), { precision: 'bfloat16' })();
    expect(difference(outside, plain)).toBeLessThan(1e-6);
    expect(difference(inside, plain)).toBeGreaterThan(1e-4);
  });

  test('the same arguments give the same bits', () => {
    const again = lowered(params, images, bank);
    const bits = (next: Record<string, tf.Tensor>) => Object.values(next).map((tensor) => tensor.dataSync());
    expect(bits(again.next)).toEqual(bits(got.next));
  });
});

test('in float32, and where nothing is traced, mixedPrecision is its function', () => {
  const fn = (x: tf.Tensor2D) => mixedPrecision(() => tf.matMul(x, x));
  const x = rng.normal([16, 16]) as tf.Tensor2D;
  const before = liveHandles();
  const [eager, traced] = [fn(x), compile(fn)(x)];
  expect(traced.dataSync()).toEqual(eager.dataSync());
  tf.dispose([eager, traced]);
  expect(liveHandles().tensors).toBe(before.tensors);
});
