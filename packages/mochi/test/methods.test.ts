import { findCheckpoint, readCheckpoint } from '@mochi/trainer';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder();
});

const steps = (count: number, more: object = {}) => ({
  steps: count,
  batchSize: 4,
  logEvery: 1,
  checkpoint: { every: '100ep' },
  ...more,
});

/** Losses of a run, and the tensors of its last checkpoint. */
async function trained(changes: Record<string, unknown>) {
  const runDir = join(temporaryFolder(), 'run');
  const losses: number[] = [];
  const config = tinyConfig(root, { train: steps(3), sampler: 'uniform', ...changes });
  await train(config, {
    runDir,
    onEvent: (event) => event.type === 'step-end' && losses.push((event as unknown as { lossNats: number }).lossNats),
  });
  const { tensors } = await readCheckpoint(await findCheckpoint(runDir));
  const ints = (name: string): number[] => Array.from(tensors.get(name)!.data as Int32Array);
  return { losses, tensors, ints };
}

type Trained = Awaited<ReturnType<typeof trained>>;

/** Without a bank: simclr takes its negatives from the batch. */
const simclr = (changes: Record<string, unknown> = {}) => ({
  method: { name: 'simclr', temperature: 0.5 },
  bank: undefined,
  ...changes,
});

describe('symmetric MoCo', () => {
  const method = { name: 'moco-v2', keyMomentum: 0.9, batchNorm: { split: 2 }, symmetric: true };

  test('writes two keys of each image', async () => {
    const { losses, ints } = await trained({ method });
    expect(losses.every(Number.isFinite)).toBe(true);
    const ids = ints('banks/bank/ids');
    for (const step of [0, 1, 2]) expect(ids.slice(8 * step, 8 * step + 4)).toEqual(ids.slice(8 * step + 4, 8 * step + 8));
    expect(ids.slice(24)).toEqual(Array(8).fill(-1));
    expect(ints('banks/bank/filled')).toEqual([24]);
  });

  test('needs a bank of two batches', async () => {
    await expect(trained({ method, bank: { name: 'fifo', capacity: 7 } })).rejects.toMatchObject({
      code: 'MOCHI_BANK_TOO_SMALL',
      message: expect.stringContaining('A batch of 8 keys') as string,
    });
  });
});

describe('SimCLR', () => {
  const sampler = { name: 'mochi', n: 4, s: 8, sPrime: 4, warmup: 0 };
  let [plain, mixed]: Trained[] = [];
  beforeAll(async () => {
    [plain, mixed] = [await trained(simclr()), await trained(simclr({ sampler }))];
  });

  test('trains without a bank, near the loss of chance at first', () => {
    const { losses, tensors } = plain!;
    expect([...tensors.keys()].filter((name) => name.startsWith('banks/'))).toEqual([]);
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[0]).toBeLessThan(Math.log(7) + 4); // 1 + 6 columns, cosines within 2 of each other at t = 0.5
  });

  test('with MoCHi: more negatives, so a larger loss', () => {
    expect(mixed!.losses[0]).toBeGreaterThan(plain!.losses[0]!);
    expect(mixed!.losses.every(Number.isFinite)).toBe(true);
  });

  test('compiled and eager agree', async () => {
    const eager = await trained(simclr({ sampler, runtime: { eager: true } }));
    expect(eager.losses).toBeAllClose(mixed!.losses, { rtol: 1e-4 });
  });

  test.each([
    ['hcl', { name: 'hcl' }],
    ['dcl', { name: 'dcl' }],
    ['debiased', { name: 'debiased' }],
  ])('with %s: another loss than NT-Xent', async (_, sampler) => {
    const other = await trained(simclr({ sampler }));
    expect(other.losses[0]).not.toBeCloseTo(plain!.losses[0]!, 3);
    expect(other.losses.every(Number.isFinite)).toBe(true);
  });

  test('refuses a bank that nothing would read', async () => {
    await expect(trained(simclr({ bank: { name: 'fifo', capacity: 32 } }))).rejects.toMatchObject({ code: 'MOCHI_BANK_UNUSED' });
  });
});

test('MoCo over an encoder with group norm needs no groups of the batch', async () => {
  const encoder = { name: 'resnet10', stem: 'small', norm: 'group', width: 4, stages: 2, head: { hidden: 8, dim: 8 } };
  const { losses, tensors } = await trained({
    encoder,
    method: { name: 'moco-v2', keyMomentum: { shape: 'cosine', from: 0.9 } },
  });
  expect(losses.every(Number.isFinite)).toBe(true);
  expect([...tensors.keys()].filter((name) => name.includes('running_'))).toEqual([]);
});

describe('several banks', () => {
  test('each with a sampler of its own: the loss sums over both', async () => {
    const bank = [
      { name: 'fifo', capacity: 16 },
      { name: 'fifo', as: 'recent', capacity: 8 },
    ];
    const sampler = ['uniform', { name: 'mochi', bank: 'recent', n: 4, s: 4, sPrime: 2, warmup: 0 }];
    const [both, one] = [await trained({ bank, sampler }), await trained({ bank: bank[0] })];
    expect(both.losses[0]).toBeGreaterThan(one.losses[0]!);
    const [all, recent] = [both.ints('banks/bank/ids'), both.ints('banks/recent/ids')];
    expect(all.slice(0, 12).every((id) => id >= 0)).toBe(true);
    expect(recent).toEqual([...all.slice(8, 12), ...all.slice(4, 8)]); // 12 keys in a ring of 8
  });
});

describe('positives from a bank: nearest-neighbour', () => {
  const bank = { name: 'fifo', capacity: 16, fill: 'mask' };

  test('with MoCo and one bank: from the second step on another loss than with own keys', async () => {
    const own = await trained({ bank, train: steps(4) });
    const near = await trained({ bank, positives: 'nearest-neighbour', train: steps(4) });
    expect(near.losses[0]).toBe(own.losses[0]); // nothing is written yet: the own key
    expect(near.losses[3]).not.toBe(own.losses[3]);
    expect(near.losses.every(Number.isFinite)).toBe(true);
  });

  test('with SimCLR, and a bank for positives alone', async () => {
    const support = { name: 'fifo', as: 'support', capacity: 16, fill: 'keys' };
    const positives = { name: 'nearest-neighbour', bank: 'support' };
    const [near, own] = [await trained(simclr({ bank: support, positives })), await trained(simclr())];
    expect(near.losses[0]).not.toBe(own.losses[0]);
    expect(near.ints('banks/support/filled')).toEqual([16]);
  });

  test('a bank that is not there is refused', async () => {
    const positives = { name: 'nearest-neighbour', bank: 'support' };
    await expect(trained({ positives })).rejects.toMatchObject({ code: 'MOCHI_POSITIVES_BANK' });
  });
});
