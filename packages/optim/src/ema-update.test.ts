import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { emaUpdate } from './index.js';

await startTensorFlow();

const before = [0.1, -2, 3e5];
const now = [1.1, 4, -7];
const mixed = (momentum: number) => before.map((old, at) => momentum * old + (1 - momentum) * now[at]!);

test.each([0, 0.5, 0.999, 1])('emaUpdate at momentum %d, a number or a scalar', (momentum) =>
  leakFree(
    [{ w: tf.tensor1d(before) }, { w: tf.tensor1d(now), more: tf.scalar(1) }, tf.scalar(momentum)] as const,
    (average, current, scalar) => [emaUpdate(average, current, momentum), emaUpdate(average, current, scalar)],
    ([a, b]) => {
      expect(Object.keys(a!)).toEqual(['w']);
      expect(a!['w']).toBeAllClose(mixed(momentum), { rtol: 1e-6, atol: 0 });
      expect(b!['w']).toBeAllClose(mixed(momentum), { rtol: 1e-4, atol: 0 });
    },
  ),
);

test('emaUpdate at momentum 1 changes no bit, and a missing name is an error', () => {
  const [average, current] = [{ w: tf.tensor1d([0.1, 1 / 3]) }, { w: tf.tensor1d([5, 6]) }];
  expect(() => emaUpdate(average, {}, 0.9)).toThrow(expect.objectContaining({ code: 'MOCHI_AVERAGE_MISSING' }) as Error);
  leakFree(
    [average, current] as const,
    (old, next) => emaUpdate(old, next, 1),
    ({ w }) => expect(w).toBeAllClose(Float32Array.of(0.1, 1 / 3), { rtol: 0, atol: 0 }),
  );
});
