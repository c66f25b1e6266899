import { isMochiError, shouldStop, type RunEvent } from '@mochi/contract';
import { liveHandles, type SafetensorsEntry } from '@mochi/tensorflow';
import { findCheckpoint, readCheckpoint, runTraining } from '@mochi/trainer';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRunOnEngine, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

const IMAGES = 24;
let root: string;
beforeAll(async () => {
  root = await imageFolder(IMAGES);
});

const configOf = (bank: object, more: Record<string, unknown> = {}) =>
  tinyConfig(root, {
    bank,
    sampler: 'uniform',
    train: { steps: 6, batchSize: 4, logEvery: 1, checkpoint: { every: '1st', keep: 10 } },
    ...more,
  });

type Stored = Map<string, SafetensorsEntry>;
const ints = (tensors: Stored, name: string): number[] => Array.from(tensors.get(`banks/${name}`)!.data as Int32Array);
const rowsOf = (tensors: Stored, name: string): number[][] => {
  const { data, shape } = tensors.get(`banks/${name}/rows`)!;
  const width = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, row) =>
    Array.from((data as Float32Array).subarray(row * width, (row + 1) * width)),
  );
};
const newestOf = async (runDir: string): Promise<Stored> => (await readCheckpoint(await findCheckpoint(runDir))).tensors;

async function trained(config: Record<string, unknown>) {
  const runDir = join(temporaryFolder(), 'run');
  const events: RunEvent[] = [];
  const result = await train(config, { runDir, onEvent: (event) => events.push(event) });
  const filled = events.filter(({ type }) => type === 'bank-filled') as unknown as { bank: string; from: string; rows: number }[];
  const tensors = await newestOf(runDir);
  return { runDir, result, events, filled, tensors };
}

/** Trains up to a step, by a hook that stops the run there. */
async function stopped(config: Record<string, unknown>, runDir: string, at: number) {
  const host = await openRunOnEngine(config);
  host.hooks.tap('test', shouldStop, ({ progress }) => (progress.step === at ? 'enough' : undefined));
  const result = await runTraining(host, { runDir, resume: true });
  await host.dispose();
  return result;
}

describe('fill: keys', () => {
  const bank = { name: 'fifo', capacity: 30, fill: 'keys', maskSelf: true };

  test('every row is a key of a training image before the first step, and no parameter has moved', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const events: RunEvent[] = [];
    const config = configOf(bank);
    const host = await openRunOnEngine(config, { onEvent: (event) => events.push(event) });
    host.hooks.tap('test', shouldStop, () => 'enough');
    await runTraining(host, { runDir });
    await host.dispose();
    const [tensors, plain] = [await newestOf(runDir), join(temporaryFolder(), 'run')];
    expect(ints(tensors, 'bank/filled')).toEqual([30]);
    const ids = ints(tensors, 'bank/ids');
    expect(ids.every((id) => id >= 0 && id < IMAGES)).toBe(true);
    expect(new Set(ids).size).toBeGreaterThan(20); // 32 keys of 24 images
    for (const row of rowsOf(tensors, 'bank')) expect(Math.hypot(...row)).toBeCloseTo(1, 4);
    expect(events.filter(({ type }) => type === 'bank-filled')).toMatchObject([{ bank: 'bank', from: 'keys', rows: 30 }]);
    await stopped(configOf({ ...bank, fill: 'random' }), plain, 0);
    const untouched = await newestOf(plain);
    for (const [name, { data }] of untouched) if (!name.startsWith('banks/')) expect(tensors.get(name)!.data).toEqual(data);
  });

  test('a run that is interrupted, before its first step too, is the uninterrupted one bit for bit', async () => {
    const whole = await trained(configOf(bank));
    const runDir = join(temporaryFolder(), 'parts');
    for (const step of [0, 2]) await stopped(configOf(bank), runDir, step);
    const end = await train(configOf(bank), { runDir, resume: true });
    expect(end).toMatchObject({ outcome: 'finished', step: 6, stateSha256: whole.result.stateSha256 });
  });

  test('eager and compiled fill the same rows; parts of a batch where the step takes parts; nothing is left behind', async () => {
    const more = { train: { steps: 1, batchSize: 8, accumulate: 2 } };
    const compiled = await trained(configOf(bank, more));
    const before = liveHandles();
    const eager = await trained(configOf(bank, { ...more, runtime: { eager: true } }));
    expect(liveHandles()).toEqual(before);
    expect(ints(eager.tensors, 'bank/ids')).toEqual(ints(compiled.tensors, 'bank/ids'));
    expect(rowsOf(eager.tensors, 'bank').flat()).toBeAllClose(rowsOf(compiled.tensors, 'bank').flat(), {
      rtol: 1e-3,
      atol: 1e-4,
    });
  });

  test('labels come with the keys', async () => {
    const { tensors } = await trained(configOf({ ...bank, labels: true }));
    expect(ints(tensors, 'bank/labels').every((label) => label >= 0)).toBe(true);
  });
});

describe('a bank with a row for each sample', () => {
  test('rows belong to samples; after an epoch every row is written', async () => {
    const { tensors } = await trained(configOf({ name: 'per-sample', momentum: 0.5, fill: 'mask' }));
    expect(ints(tensors, 'bank/ids')).toEqual(Array.from({ length: IMAGES }, (_, id) => id));
    expect(ints(tensors, 'bank/filled')).toEqual([IMAGES]);
  });

  test('is resumed bit for bit, takes two keys of an image, and a sampler draws from it', async () => {
    const method = { name: 'moco-v2', keyMomentum: 0.9, symmetric: true, batchNorm: { split: 2 } };
    const sampler = { name: 'mochi', n: 8, s: 8, sPrime: 4, warmup: 0 };
    const config = configOf({ name: 'per-sample' }, { method, sampler });
    const whole = await trained(config);
    const runDir = join(temporaryFolder(), 'parts');
    await stopped(config, runDir, 3);
    expect(await train(config, { runDir, resume: true })).toMatchObject({ stateSha256: whole.result.stateSha256 });
  });

  test('fill: keys goes on until each sample has its row', async () => {
    const more = { train: { steps: 1, batchSize: 10 } }; // 20 of 24 images in an epoch
    const { tensors, filled } = await trained(
      configOf({ name: 'per-sample', fill: 'keys' }, { ...more, method: { name: 'moco-v2', batchNorm: { split: 2 } } }),
    );
    expect(filled).toMatchObject([{ rows: IMAGES }]);
    expect(ints(tensors, 'bank/ids')).toEqual(Array.from({ length: IMAGES }, (_, id) => id));
  });
});

describe('warmStart', () => {
  let from: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    from = await trained(configOf({ name: 'fifo', as: 'old', capacity: 12 }, { sampler: { name: 'uniform', bank: 'old' } }));
  });

  const warm = (bank: object) => configOf({ name: 'fifo', capacity: 8, warmStart: { path: from.runDir, bank: 'old' }, ...bank });

  test('the newest rows of another run are there before the first step', async () => {
    const runDir = join(temporaryFolder(), 'run');
    await stopped(warm({}), runDir, 0);
    const [got, want] = [await newestOf(runDir), from.tensors];
    // 24 keys in a ring of 12: rows 4 to 11 are the newest 8 of them.
    expect(rowsOf(got, 'bank')).toEqual(rowsOf(want, 'old').slice(4));
    expect(ints(got, 'bank/ids')).toEqual(ints(want, 'old/ids').slice(4));
    expect(ints(got, 'bank/filled')).toEqual([8]);
  });

  test('a resumed run copies nothing again', async () => {
    const whole = await trained(warm({}));
    expect(whole.filled).toMatchObject([{ bank: 'bank', from: 'checkpoint', rows: 8 }]);
    const runDir = join(temporaryFolder(), 'parts');
    await stopped(warm({}), runDir, 3);
    expect(await train(warm({}), { runDir, resume: true })).toMatchObject({ stateSha256: whole.result.stateSha256 });
  });

  test.each<[string, object, RegExp]>([
    ['no checkpoint', { warmStart: '/nowhere' }, /there is no checkpoint in it/],
    ['no such bank', { warmStart: { path: '', bank: 'bank' } }, /its run has the banks old/],
    ['too few rows', { capacity: 13 }, /it has 12 written rows for a bank of 13/],
    ['no labels', { labels: true }, /it keeps no labels/],
    [
      'another number of samples',
      { name: 'per-sample', capacity: undefined },
      /it has 12 rows, and this bank one for each of 24 samples/,
    ],
  ])('%s', async (_, bank, reason) => {
    const config = warm(bank);
    const options = config['bank'] as { warmStart: string | { path: string; bank: string } };
    if (typeof options.warmStart === 'object') options.warmStart = { ...options.warmStart, path: from.runDir };
    const error: unknown = await train(config).catch((thrown: unknown) => thrown);
    expect(isMochiError(error) && error.code).toBe('MOCHI_WARM_START');
    expect((error as Error).message).toMatch(reason);
  });

  test('another width', async () => {
    const encoder = { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 6 } };
    await expect(train({ ...warm({}), encoder })).rejects.toMatchObject({
      code: 'MOCHI_WARM_START',
      message: expect.stringContaining('its rows are 8 wide, those of this run 6') as string,
    });
  });
});
