import { API_VERSION, AUGMENTATION_OP, definePlugin, stepEnd, type AugmentationOp, type RunEvent } from '@mochi/contract';
import { startRun } from '@mochi/core';
import { customAugmentPlugin, mocoV2AugmentPlugin, augmentationOf, recipeOf, recipes } from '@mochi/augment';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

await startTensorFlow();

/** A third party's: what is brighter than a threshold, drawn per image, becomes white. */
const clip: AugmentationOp<{ least: number }> = {
  name: 'acme-clip',
  options: z.strictObject({ least: z.number().default(100) }),
  draws: 1,
  parameters: ([u], { least }) => ({ threshold: tf.add(tf.mul(u!, 255 - least), least) }),
  apply: (planes, { threshold }) =>
    tf.tidy(() => tf.where<tf.Tensor4D>(tf.greaterEqual(planes, tf.reshape(threshold!, [-1, 1, 1])), 255, planes)),
};
const acme = definePlugin({
  name: 'acme-operations',
  kind: 'extension',
  apiVersion: API_VERSION,
  config: z.strictObject({}),
  setup: (host) => host.provide(AUGMENTATION_OP, () => clip),
});

test('an operation of a plugin is one object, and lists name it like any other', async () => {
  const augment = { name: 'moco-v2', size: 8, crop: 'whole', add: [{ op: 'acme-clip', least: 200 }] };
  const all = { jitter: { p: 0 }, grayscale: { p: 0 }, blur: { p: 0 }, flip: { p: 0 }, mean: [0, 0, 0], std: [1, 1, 1] };
  const object = { plugins: ['acme-operations'], augment: { ...augment, ...all } };
  const host = await startRun({ object, known: [mocoV2AugmentPlugin, acme] });
  const made = host.one('augment');
  const images = tf.tidy(() => tf.fill([2, 8, 8, 3], 240) as tf.Tensor4D);
  // Columns: its probability, then its own.
  const values = tf.mul(made.apply(images, tf.tensor2d([[0, 0.5], [0, 0.99]]), 'query'), 255).arraySync() as number[][][][]; // prettier-ignore
  expect(values.map((image) => Math.round(image[0]![0]![0]!))).toEqual([255, 240]);
  expect(made.parameters!(tf.tensor2d([[0, 0.5]]), 'query')['acme-clip']!['threshold']!.dataSync()[0]).toBeCloseTo(227.5);
  await host.dispose();
});

test('an operation that nobody provides is named, and so are those that are known', async () => {
  const object = { augment: { name: 'custom', add: [{ op: 'acme-klip' }] } };
  const host = await startRun({ object, known: [customAugmentPlugin, acme] });
  expect(() => host.one('augment')).toThrow(/"acme-klip"[^]*color-jitter[^]*MOCHI_AUGMENT_OP_UNKNOWN/);
  await host.dispose();
  const wrong = recipeOf(recipes['custom']!, { add: [{ op: 'acme-clip', leest: 1 }] });
  expect(() => augmentationOf(wrong, [{ label: 'acme-operations', service: clip }])).toThrow(/leest[^]*MOCHI_AUGMENT_OP/);
});

/** Metrics of the last step of a short run. */
async function lastMetrics(changes: Record<string, unknown>): Promise<Record<string, number>> {
  const root = await imageFolder(12);
  let metrics: Record<string, number> = {};
  const onEvent = (event: RunEvent): void => {
    if (event.type !== stepEnd.type) return;
    const { lossNats, metrics: others } = event as unknown as { lossNats: number; metrics: Record<string, number> };
    metrics = { ...others, loss: lossNats };
  };
  const common = { train: { steps: 2, batchSize: 4, logEvery: 1 }, sampler: { name: 'mochi', n: 8, s: 8, sPrime: 4 } };
  const { step } = await train({ ...tinyConfig(root), ...common, ...changes }, { onEvent });
  expect(step).toBe(2);
  return metrics;
}

test('multi-crop: two views and two small ones, whose queries enter the loss', async () => {
  const metrics = await lastMetrics({
    augment: { name: 'multi-crop', size: 16, small: { count: 2, size: 8 } },
    method: { name: 'moco-v2', batchNorm: { split: 2 }, extraViews: ['small-0', 'small-1'] },
  });
  expect(metrics['extraLoss']).toBeGreaterThan(0);
});

test('byol: two views made differently, and an operation of a plugin in one of them', async () => {
  const folder = temporaryFolder();
  const module = join(folder, 'acme.mjs');
  writeFileSync(
    module,
    `import * as tf from '@tensorflow/tfjs-core';
     const any = { '~standard': { version: 1, vendor: 'acme', validate: (value) => ({ value }) } };
     const dim = { name: 'acme-dim', options: any, apply: (planes) => tf.floor(tf.mul(planes, 0.5)) };
     export const acme = { name: 'acme-dim', kind: 'extension', apiVersion: 1, config: any, setup: (host) => host.provide({ name: 'augmentation-op', kind: 'list' }, () => dim) };`,
  );
  const add = [{ op: 'acme-dim', p: 0.5, views: ['key'] }];
  const metrics = await lastMetrics({ plugins: [module, 'acme-dim'], augment: { name: 'byol', size: 16, add } });
  expect(metrics['loss']).toBeGreaterThan(0);
});

test.each(['un-mix'])('%s: a run with mixed images', async (mixing) => {
  const metrics = await lastMetrics({ mixing });
  expect(metrics['mixedLoss']).toBeGreaterThan(0);
  expect(Number.isFinite(metrics['loss'])).toBe(true);
});

test('a method that does not take mixed images refuses them', async () => {
  const simclr = { method: { name: 'simclr' }, bank: null, mixing: 'mixup' };
  await expect(lastMetrics(simclr)).rejects.toThrow(/mixup, and the method simclr[^]*MOCHI_MIXING_UNSUPPORTED/);
});
