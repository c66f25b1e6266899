import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isEvent, warning, type RunEvent } from '@mochi/contract';
import { readNewest } from '@mochi/trainer';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate, openEncoder, openTrained, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
let runDir: string;

const config = (data: object, more: object = {}) =>
  tinyConfig(root, { data: { name: 'image-folder', root, holdout: 0.25, ...data }, train: { steps: 2, batchSize: 4 }, ...more });

beforeAll(async () => {
  root = await imageFolder();
  runDir = join(temporaryFolder(), 'run');
  await train(config({}), { runDir });
});

const more = { train: { steps: 3, batchSize: 4 } };

describe('what a run is gone on with', () => {
  test.each([
    ['in its folder', () => ({ runDir, resume: true })],
    ['in another folder', () => ({ runDir: join(temporaryFolder(), 'other'), resume: runDir })],
    ['in memory', () => ({ runDir: null, resume: runDir })],
  ])('other images in the training split, %s: refused, since what is held out now was trained on', async (_, options) => {
    const given = options();
    const run = train(config({ holdoutSeed: 7 }, more), given);
    await expect(run).rejects.toMatchObject({
      code: 'MOCHI_DATA_CHANGED',
      message: expect.stringContaining('held out now may have been trained on'),
    });
    if (given.runDir !== null && given.runDir !== runDir) expect(existsSync(join(given.runDir, 'config.json'))).toBe(false);
  });

  test.each([{ resume: true }, { resume: '' }])(
    'another batch size is refused, and says how to save memory',
    async ({ resume }) => {
      const options = resume === true ? { runDir, resume } : { runDir: null, resume: runDir };
      await expect(train(config({}, { train: { steps: 9, batchSize: 2 } }), options)).rejects.toMatchObject({
        code: 'MOCHI_BATCH_CHANGED',
        message: expect.stringContaining('train.accumulate'),
      });
    },
  );

  test('the same data and batch size go on from a checkpoint in another folder', async () => {
    const end = await train(config({}, more), { runDir: join(temporaryFolder(), 'other'), resume: runDir });
    expect(end.step).toBe(3);
  });
});

test('a folder whose run failed before its first checkpoint is no new one', async () => {
  const failed = join(temporaryFolder(), 'failed');
  mkdirSync(failed);
  writeFileSync(join(failed, 'config.json'), '{}');
  await expect(train(config({}), { runDir: failed })).rejects.toThrow('MOCHI_RUN_EXISTS');
  expect(await train(config({}), { runDir: failed, resume: true })).toMatchObject({ step: 2 });
});

describe('evaluating a run on its data split otherwise', () => {
  const knn = [{ name: 'knn', k: 1 }];
  const warnings = async (overrides: string[]) => {
    const events: RunEvent[] = [];
    await evaluate(runDir, { evaluators: knn, overrides, onEvent: (event) => events.push(event) });
    return events.filter((event) => isEvent(warning, event)).map(({ message }) => message);
  };

  test('as it was: nothing is said', async () => expect(await warnings([])).toEqual([]));

  test('with another hold-out: how many of its images were trained on', async () => {
    const [told, ...others] = await warnings(['data.holdoutSeed=7']);
    expect(others).toEqual([]);
    expect(told).toMatch(/^[1-6] of 6 images of test have the names of those that the run was trained on/);
  });

  test('on images of other names: nothing is said', async () => {
    const other = await imageFolder(8);
    renameSync(join(other, 'even'), join(other, 'zero'));
    renameSync(join(other, 'odd'), join(other, 'one'));
    expect(await warnings([`data.root=${other}`])).toEqual([]);
  });
});

describe('a run that is being trained, whose newest checkpoint makes way for a newer one meanwhile', () => {
  /** A copy of the run, and how its training goes on. */
  const going = () => {
    const copy = join(temporaryFolder(), 'run');
    cpSync(runDir, copy, { recursive: true });
    const [old, newer] = [2, 3].map((step) => join(copy, 'checkpoints', `step-00000000${step}`)) as [string, string];
    return { copy, old, newer };
  };

  test.each([
    ['the run', openTrained],
    ['its encoder', openEncoder],
  ])('%s is opened at the newer one', async (_, openIt) => {
    const { copy, old, newer } = going();
    const change = (config: object) => {
      renameSync(old, newer);
      return { ...config };
    };
    const opened = await openIt(copy, { change });
    expect(opened.checkpoint).toBe(newer);
    await opened.dispose();
  });

  test('while it is read, too', async () => {
    const { copy, old, newer } = going();
    cpSync(old, newer, { recursive: true });
    const manifest = join(newer, 'manifest.json');
    rmSync(manifest);
    execFileSync('mkfifo', [manifest]);
    const reading = readNewest(copy);
    const pipe = await open(manifest, 'w'); // waits until it is being read
    renameSync(old, join(copy, 'checkpoints', 'step-000000004'));
    await pipe.close();
    expect((await reading).path).toMatch(/step-000000004$/);
  });
});
