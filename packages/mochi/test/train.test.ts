import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adjustLoss, afterStep, beforeStep, EVENTS, shouldStop, type RunEvent } from '@mochi/contract';
import { liveHandles } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportEncoder, openRunOnEngine, train } from '../src/index.js';
import { findCheckpoint, optionChanges, readCheckpoint, runTraining } from '@mochi/trainer';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
let whole: Awaited<ReturnType<typeof train>>;
beforeAll(async () => {
  root = await imageFolder();
  whole = await train(tinyConfig(root), { runDir: null });
});

describe('a run', () => {
  test('leaves config, environment, events, checkpoints and summary, and no tensor; equal runs end in equal states', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const before = liveHandles(); // whatever the engine keeps for good is there since the first run
    const events: RunEvent[] = [];
    const result = await train(tinyConfig(root, { trackers: ['jsonl'] }), { runDir, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ outcome: 'finished', step: 18, epoch: 3, stateSha256: whole.stateSha256 });
    expect(readdirSync(runDir).sort()).toEqual([
      'checkpoints',
      'config.json',
      'data.json',
      'environment.json',
      'events.jsonl',
      'summary.json',
    ]);
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(JSON.parse(readFileSync(join(runDir, 'environment.json'), 'utf8'))).toMatchObject({
      mochi: version, // as a person reads it in the package that was installed
      node: process.versions.node,
    });
    expect(readdirSync(join(runDir, 'checkpoints'))).toEqual(['step-000000006', 'step-000000012', 'step-000000018']);
    const lines = readFileSync(join(runDir, 'events.jsonl'), 'utf8').trim().split('\n');
    expect(lines.length).toBe(events.length);
    const steps = events.filter(({ type }) => type === 'step-end') as unknown as { step: number; lossNats?: number }[];
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, at) => at + 1));
    expect(steps.filter(({ lossNats }) => lossNats !== undefined).map(({ step }) => step)).toEqual([
      1, 2, 4, 6, 8, 10, 12, 14, 16, 18,
    ]);
    for (const { type } of events) expect(EVENTS.map((event) => event.type)).toContain(type);
    expect(liveHandles()).toEqual(before);
  });

  test('interrupted and resumed is the uninterrupted one, bit for bit', async () => {
    const runDir = join(temporaryFolder(), 'parts');
    for (const step of [4, 9]) {
      const host = await openRunOnEngine(tinyConfig(root));
      host.hooks.tap('test', shouldStop, ({ progress }) => (progress.step === step ? 'enough' : undefined));
      const part = await runTraining(host, { runDir, resume: step > 4 });
      await host.dispose();
      expect(part).toMatchObject({ outcome: 'stopped', reason: 'enough', step });
      expect(part.stateSha256).not.toBe(whole.stateSha256);
    }
    const end = await train(tinyConfig(root), { runDir, resume: true });
    expect(end).toMatchObject({ outcome: 'finished', step: 18, stateSha256: whole.stateSha256 });
  });

  test('a resumption with other options is told of, and the record of what was trained stays', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const resume = async (steps: number, learn: object) => {
      const events: RunEvent[] = [];
      const config = tinyConfig(root, { train: { batchSize: 8, steps }, ...learn });
      await train(config, { runDir, resume: true, onEvent: (event) => events.push(event) });
      const told = events.filter(({ type }) => type === 'warning') as unknown as { source: string; message: string }[];
      return told.filter(({ source }) => source === 'resume').map(({ message }) => message);
    };
    const sampler = (file: string) => (JSON.parse(readFileSync(join(runDir, file), 'utf8')) as { sampler: unknown }).sampler;
    const mixed = { sampler: { name: 'mochi', n: 8, s: 4, sPrime: 2 } };
    expect(await resume(2, mixed)).toEqual([]);
    const plain = { sampler: 'uniform' };
    expect(await resume(2, plain)).toEqual([expect.stringMatching(/steps 1 to 2 .*sampler: mochi -> uniform\. No step is left/)]);
    expect(sampler('config.json')).toMatchObject(mixed.sampler);
    expect(await resume(3, mixed)).toEqual([]); // more steps alone are what resuming is for
    expect(await resume(4, plain)).toEqual([expect.stringContaining('kept as config.step-3.json')]);
    expect(sampler('config.step-3.json')).toMatchObject(mixed.sampler);
    expect(sampler('config.json')).toMatchObject({ name: 'uniform' });
    expect(await optionChanges(runDir, 4)).toEqual([{ step: 3, options: ['sampler'] }]);
    expect(await optionChanges(runDir, 3)).toEqual([]);
    const other = join(temporaryFolder(), 'other');
    await train(tinyConfig(root, { train: { batchSize: 8, steps: 5 }, ...mixed }), { runDir: other, resume: runDir });
    const changes = [3, 4].map((step) => ({ step, options: ['sampler'] })); // of the run that it goes on from, and the newest
    expect(await optionChanges(other, 5)).toEqual(changes);
    await exportEncoder(other, { format: 'card', to: join(other, 'CARD.md') });
    expect(readFileSync(join(other, 'CARD.md'), 'utf8')).toContain('Until step 4 the run had other options: `sampler`.');
  });

  test('keeps the fingerprint of its images, and is not resumed on others', async () => {
    const data = await imageFolder(12);
    const [runDir, other] = [join(temporaryFolder(), 'run'), join(temporaryFolder(), 'other')];
    const more = (steps: number, resume: string | true, into = runDir) =>
      train(tinyConfig(data, { train: { steps, batchSize: 4 } }), { runDir: into, resume });
    await train(tinyConfig(data, { train: { steps: 1, batchSize: 4 } }), { runDir });
    const written = JSON.parse(readFileSync(join(runDir, 'data.json'), 'utf8'));
    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
    expect(written).toMatchObject({ dataset: 'image-folder', version: null, split: 'train', count: 12, bytes });
    await more(2, runDir, other); // on the same images
    expect(JSON.parse(readFileSync(join(other, 'data.json'), 'utf8'))).toEqual(written);
    cpSync(join(files[0]!.parentPath, files[0]!.name), join(files[0]!.parentPath, `0 ${files[0]!.name}`));
    await expect(more(3, true)).rejects.toThrow('MOCHI_DATA_CHANGED');
  });

  test('depends on the seed', async () => {
    expect((await train(tinyConfig(root, { seed: 8 }))).stateSha256).not.toBe(whole.stateSha256);
  });

  test('a build hook changes the loss at trace time, run hooks see numbers', async () => {
    const seen: string[] = [];
    const host = await openRunOnEngine(tinyConfig(root, { train: { steps: 2, batchSize: 4, logEvery: 1 } }));
    let traced = 0;
    host.hooks.tap('test', adjustLoss, (loss, { step }) => {
      traced++;
      return tf.mul<tf.Scalar>(loss, tf.minimum(1, tf.div(tf.cast(step, 'float32'), 100)));
    });
    host.hooks.tap('test', beforeStep, ({ progress }) => void seen.push(`before ${progress.step}`));
    host.hooks.tap(
      'test',
      afterStep,
      async ({ metrics, progress }) => void seen.push(`after ${progress.step}: ${(await metrics())['loss']! < 1}`),
    );
    await runTraining(host, { runDir: null });
    await host.dispose();
    expect(seen).toEqual(['before 0', 'after 1: true', 'before 1', 'after 2: true']);
    expect(traced).toBe(1); // warm-up phase only: one trace for two steps
  });

  test.each([
    { warmup: '1ep', steps: 5, told: 1 }, // 6 steps an epoch
    { warmup: '1ep', steps: 7, told: 0 },
  ])('a sampler that stays in its warm-up of $warmup for $steps steps is told of', async ({ warmup, steps, told }) => {
    const sampler = { name: 'mochi', n: 4, s: 4, sPrime: 2, warmup };
    const events: RunEvent[] = [];
    await train(tinyConfig(root, { sampler, train: { steps, batchSize: 4, logEvery: 100 } }), { onEvent: (event) => events.push(event) }); // prettier-ignore
    const warnings = events.filter((event) => 'source' in event && event.source === 'mochi');
    expect(warnings).toHaveLength(told);
    if (told) expect(warnings[0]).toMatchObject({ message: expect.stringContaining('warm-up for all 5 steps') as string });
    const losses = events.filter((event) => 'lossNats' in event && event.type === 'step-end').map((event) => (event as { step?: number }).step);
    expect(losses).toEqual([...new Set([1, ...(steps >= 6 ? [6] : []), steps])]); // the first step, the last of an epoch, the last
  }); // prettier-ignore

  test('stops where loss or gradients are not finite, and keeps the last good checkpoint', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const config = tinyConfig(root, { optimizer: { name: 'sgd', rate: 1e30, momentum: 0.9 }, schedule: 'constant' });
    await expect(train(config, { runDir })).rejects.toMatchObject({
      code: 'MOCHI_NOT_FINITE',
      message: expect.stringMatching(/at step \d+/),
    });
    for (const name of existsSync(join(runDir, 'checkpoints')) ? readdirSync(join(runDir, 'checkpoints')) : [])
      expect(name).toMatch(/^step-\d{9}$/);
  });

  test('eager and compiled runs agree', async () => {
    const steps = { train: { steps: 8, batchSize: 4, logEvery: 1 }, augment: { name: 'moco-v2', size: 16 } };
    const losses = async (runtime: object): Promise<number[]> => {
      const seen: number[] = [];
      await train(tinyConfig(root, { ...steps, runtime }), {
        onEvent: (event) => 'lossNats' in event && seen.push(event.lossNats as number),
      });
      return seen;
    };
    const [compiled, eager] = [await losses({ compile: true }), await losses({ eager: true })];
    expect(compiled).toHaveLength(8 + 1); // and one epoch end
    expect(eager).toBeAllClose(compiled, { rtol: 1e-5 });
  });
});

describe('state of a plugin', () => {
  /** Uniform, with a count of its own calls that lives in the step and in the checkpoint, and a number that the host feeds. */
  const plugin = `
    import { bankBlock, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
    import * as tf from '@tensorflow/tfjs-core';
    import { z } from 'zod';
    export const counting = definePlugin({
      name: 'counting', kind: 'sampler', apiVersion: 1, config: z.strictObject({}),
      setup(host) {
        host.state('calls', () => tf.scalar(0));
        host.scalar('weight', ({ step }) => step + 1);
        host.provide(NEGATIVE_SAMPLER, () => ({
          name: 'counting',
          sample: ({ scalars }, { calls }) => ({ blocks: [bankBlock()], state: { calls: tf.add(calls, scalars.weight) } }),
        }));
      },
    });`;

  test('is stepped inside the compiled step, saved, and restored', async () => {
    const path = join(temporaryFolder(), 'counting.ts');
    writeFileSync(path, plugin);
    const config = (steps: number) =>
      tinyConfig(root, { plugins: [path], sampler: 'counting', train: { steps, batchSize: 4, checkpoint: { every: '100ep' } } });
    const runDir = join(temporaryFolder(), 'run');
    await train(config(3), { runDir });
    await train(config(5), { runDir, resume: true });
    const { tensors } = await readCheckpoint(await findCheckpoint(runDir));
    expect(tensors.get('plugins/sampler/calls')!.data).toEqual(Float32Array.of(1 + 2 + 3 + 4 + 5));
  });
});
