import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandIn } from './command.js';
import { inProcess } from './in-process.js';

// What a user sees of a plugin that fails: the cause, and the lines of the plugin's own code.

const folder = mkdtempSync(join(tmpdir(), 'mochi-failing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = commandIn(folder);
const mochi = (...words: string[]) => inProcess(folder, ...words);

const PLUGIN = `import { bankBlock, definePlugin, afterStep, beforeStep, NEGATIVE_SAMPLER } from '@mochi/contract';
import { z } from 'zod';
import * as tf from '@tensorflow/tfjs-core';
const boom = (): never => {
  throw new RangeError('the fuse is wet');
};
export const plugin = definePlugin({
  name: 'acme-boom', kind: 'sampler', apiVersion: 1,
  config: z.strictObject({ at: z.enum(['setup', 'hook', 'sample', 'shape', 'nowhere', 'promise', 'late']).optional() }),
  setup(host, { at }) {
    if (at === 'setup') boom();
    if (at === 'hook') host.tap(beforeStep, () => boom());
    if (at === 'promise') host.tap(afterStep, () => void Promise.resolve().then(boom));
    if (at === 'late') host.tap(beforeStep, () => host.provide(NEGATIVE_SAMPLER, () => ({}) as never));
    host.provide(NEGATIVE_SAMPLER, () => ({
      name: 'acme-boom',
      sample: ({ similarities }) => {
        if (at === 'sample') boom();
        if (at === 'shape') return { blocks: [bankBlock({ logWeights: tf.zeros([32]) as never })] };
        return { blocks: [bankBlock(at === 'nowhere' ? { logWeights: tf.fill(similarities.shape, -Infinity) as tf.Tensor2D } : {})] };
      },
    }));
  },
});`;

const EVALUATOR = `import { definePlugin, EVALUATOR } from '@mochi/contract';
import { z } from 'zod';
export const plugin = definePlugin({
  name: 'acme-number', kind: 'evaluator', apiVersion: 1, config: z.strictObject({}),
  setup: (host) =>
    host.provide(EVALUATOR, () => ({
      name: 'acme-number', metrics: [], settings: {}, everyEpochs: null,
      async run() {
        await Promise.resolve();
        throw new RangeError('no number');
      },
    })),
});`;

beforeAll(async () => {
  await writeImages(join(folder, 'images'), 12);
  writeFileSync(join(folder, 'boom.ts'), PLUGIN);
  writeFileSync(join(folder, 'number.ts'), EVALUATOR);
  writeFileSync(
    join(folder, 'mochi.yaml'),
    `plugins: [./boom.ts, ./number.ts]
data: { name: image-folder, root: ${JSON.stringify(join(folder, 'images'))} }
augment: { name: custom, size: 16 } # a crop alone, which compiles soon
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: { name: moco-v2, batchNorm: { split: 2 } }
bank: { name: fifo, capacity: 32, maskSelf: true }
sampler: acme-boom
optimizer: { name: sgd, rate: 0.05 }
train: { steps: 2, batchSize: 4 }
trackers: []
`,
  );
});

const CAUSE = 'RangeError: the fuse is wet';

test.each([
  ['setup', 'MOCHI_PLUGIN_SETUP_FAILED', 'boom.ts:11:'],
  ['hook', 'MOCHI_HOOK_FAILED', 'boom.ts:12:'],
  ['sample', 'MOCHI_SAMPLER_FAILED', 'boom.ts:18:'],
])('a plugin that throws in %s: cause and frames', async (at, code, caller) => {
  const { stderr } = await mochi('train', 'mochi.yaml', `sampler.at=${at}`, '--run', at);
  expect(stderr).toContain(code);
  expect(stderr).toMatch(new RegExp(`cause +${CAUSE}\\n +at boom \\(.*boom\\.ts:5:\\d+\\)\\n +at .*${caller}`));
  expect(stderr).not.toContain('traced'); // nothing of this sort
});

test('the same for machines', async () => {
  const { stderr } = await mochi('train', 'mochi.yaml', 'sampler.at=setup', '--run', 'setup-json', '--json');
  const { cause } = JSON.parse(stderr) as { cause: { message: string; frames: string[] } };
  const frames = ['boom.ts:5:', 'boom.ts:11:'].map((place) => expect.stringContaining(place) as string);
  expect(cause).toEqual({ message: CAUSE, frames });
});

test('blocks of a wrong shape are a failure of the run, as other faults of samplers', async () => {
  const { code, stderr } = await mochi('train', 'mochi.yaml', 'sampler.at=shape', '--run', 'shape');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/has shape \[32\]\.\n +expected \[B, K\] = \[4, 32\]/)]);
});

test('an evaluator that throws is told with its place, and in the record', async () => {
  const { code, stderr } = await mochi('train', 'mochi.yaml', 'evaluators=[acme-number]', '--run', 'number');
  expect([code, stderr]).toEqual([3, expect.stringMatching(/acme-number failed at step 2: no number\n +at .*number\.ts:10:/)]);
});

test('plugins check: where it threw; wrong options are refused once, before any check', async () => {
  const thrown = await mochi('plugins', 'check', './boom.ts', 'at=sample');
  expect(thrown.code).toBe(1);
  expect(thrown.stdout).toMatch(/FAILED blocks have .*\n +phase full: the fuse is wet\n +at boom \(.*boom\.ts:5:/);
  expect(thrown.stdout).toMatch(/FAILED the same stream.* \(as above\)\n/);
  const refused = await mochi('plugins', 'check', './boom.ts', 'bad=1');
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('sampler.bad');
  expect(refused.stderr.match(/^ {2}MOCHI_\w+$/gm)).toHaveLength(1);
});

test('a loss of exactly 0 is warned of, once', async () => {
  const words = ['sampler.at=nowhere', 'train.steps=4', 'train.logEvery=1', '--run', 'zero', '--json'];
  const { code, stdout } = await command('train', 'mochi.yaml', ...words);
  expect(code).toBe(0);
  const warnings = stdout.trim().split('\n').filter((line) => line.includes('"type":"warning"')); // prettier-ignore
  expect(warnings).toEqual([expect.stringMatching(/the loss of step 2 is exactly 0[^]*look at what acme-boom leaves/)]);
});

test('a promise that nothing awaits: named, 1, and the run is saved, to be gone on with', async () => {
  const run = ['train', 'mochi.yaml', '--run', 'stray', '--json'];
  const { code, stderr, stdout } = await command(...run, 'sampler.at=promise', 'train.steps=100000');
  expect(code).toBe(1);
  expect(JSON.parse(stderr.split('\n')[0]!)).toMatchObject({
    code: 'MOCHI_STRAY_FAILURE',
    happened: expect.stringMatching(/The plugin of .*boom\.ts failed where nothing waits for it: RangeError: the fuse is wet/),
    cause: { frames: [expect.stringContaining('boom.ts:5:')] },
  });
  const end = JSON.parse(stdout.trim().split('\n').at(-1)!) as { outcome: string; step: number };
  expect(end.outcome).toBe('stopped');
  const more = await command(...run, '--resume', `train.steps=${end.step + 1}`);
  expect([more.code, more.stdout]).toEqual([0, expect.stringContaining(`"resumedFrom":${end.step}`)]);
});

test('host.provide when setup is over', async () => {
  const { code, stderr } = await mochi('train', 'mochi.yaml', 'sampler.at=late', '--run', 'late');
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/called host\.provide of "negative-sampler" when its setup was over/),
  ]);
});
