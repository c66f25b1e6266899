import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train } from '@mochi/mochi';
import { leakFree, samplerConformance, writeImages } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gaussianLogWeights } from './gaussian-log-weights.js';
import { adncePlugin } from './plugin.js';

samplerConformance(adncePlugin, { mu: 0.3, sigma: 0.5 });
samplerConformance(adncePlugin, { mu: 0.9, sigma: 0.02 }); // so narrow that float32 holds no weight as it is

/** The paper's, in plain numbers: density, divided by its mean over the rows that are free. */
function byHand(cosines: number[], mu: number, sigma: number, free: boolean[]): number[] {
  const density = cosines.map((l) => Math.exp(-(((l - mu) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI)));
  const drawn = density.filter((_, at) => free[at]);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  return density.map((value, at) => (free[at] ? Math.log(value / mean) : -Infinity));
}

test.each([
  { name: 'every row', free: [true, true, true, true] },
  { name: 'a row is masked', free: [true, false, true, true] },
])('weights are those of the paper: $name', ({ free }) => {
  const cosines = [0.9, 0.5, -0.2, 0.7];
  const mask = tf.tensor2d([free.map((drawn) => (drawn ? 0 : -Infinity))]);
  return leakFree(
    [tf.tensor2d([cosines]), mask],
    (similarities, left) => gaussianLogWeights(similarities, { mu: 0.7, sigma: 0.4 }, left),
    (weights) => expect(weights).toBeAllClose([byHand(cosines, 0.7, 0.4, free)]),
  );
});

test('a wide bell is uniform', () => {
  const weights = gaussianLogWeights(tf.tensor2d([[0.9, -0.9]]), { mu: 0, sigma: 1e4 });
  expect(weights).toBeAllClose([[0, 0]]);
});

test('three steps of a run', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mochi-adnce-'));
  await writeImages(root, 12);
  const config = {
    plugins: [fileURLToPath(new URL('./plugin.ts', import.meta.url))],
    data: { name: 'image-folder', root },
    augment: { name: 'custom', size: 16 }, // a crop alone, which compiles soon
    encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
    method: { name: 'moco-v2', batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 32, maskSelf: true },
    sampler: { name: 'acme-adnce', sigma: 0.5 },
    optimizer: { name: 'sgd', rate: 0.05 },
    train: { steps: 3, batchSize: 4 },
  };
  expect(await train(config)).toMatchObject({ outcome: 'finished', step: 3 });
  rmSync(root, { recursive: true });
});
