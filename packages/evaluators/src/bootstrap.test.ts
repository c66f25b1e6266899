import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { expect, test } from 'vitest';
import { noise } from '../test/contexts.js';
import { bootstrapMean, quantile } from '@mochi/core';

await startTensorFlow();

const rng = () => createRng(1, 'bootstrap');

test('the interval of a share is about 1.96 standard errors to either side', () =>
  leakFree(
    [],
    () =>
      bootstrapMean(
        Float64Array.from({ length: 400 }, (_, row) => (row % 4 === 0 ? 100 : 0)),
        rng(),
      ),
    ({ value, low, high, n }) => {
      expect([value, n]).toEqual([25, 400]);
      const error = 1.96 * Math.sqrt((0.25 * 0.75) / 400) * 100; // 4.2
      expect([low!, high!]).toBeAllClose([25 - error, 25 + error], { rtol: 0, atol: 0.6 });
    },
  ));

test('it covers what it says, about', async () => {
  const next = noise(3);
  let covered = 0;
  for (let trial = 0; trial < 100; trial++) {
    const { low, high } = await bootstrapMean(Float64Array.from({ length: 60 }, next), createRng(trial, 'cover'), { resamples: 200 }); // prettier-ignore
    if (low! <= 0 && high! >= 0) covered++;
  }
  expect(covered).toBeGreaterThan(85);
  expect(covered).toBeLessThan(100);
});

test('equal streams give equal intervals, one value none', async () => {
  const values = [1, 5, 2, 8];
  expect(await bootstrapMean(values, rng())).toEqual(await bootstrapMean(values, rng()));
  expect(await bootstrapMean(values, createRng(2, 'x'))).not.toEqual(await bootstrapMean(values, rng()));
  expect(await bootstrapMean([3], rng())).toEqual({ value: 3, n: 1 });
});

test('quantiles as NumPy has them', () =>
  expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile([1, 2, 4, 8], share))).toBeAllClose([1, 1.75, 3, 6.8, 8]));
