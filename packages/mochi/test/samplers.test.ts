import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '@mochi/contract';
import { train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder();
});

const config = (sampler: unknown, more: object = {}) =>
  tinyConfig(root, {
    ...{ sampler, bank: { name: 'fifo', capacity: 32, labels: true }, method: { name: 'moco-v2', batchNorm: { split: 2 } } },
    ...{ train: { steps: 4, batchSize: 4, logEvery: 1 } },
    ...more,
  });

const lossesOf = async (sampler: unknown, more: object = {}): Promise<number[]> => {
  const events: RunEvent[] = [];
  const result = await train(config(sampler, more), { runDir: null, onEvent: (event) => events.push(event) });
  expect(result.outcome).toBe('finished');
  return events.flatMap((event) => ('lossNats' in event && typeof event.lossNats === 'number' ? [event.lossNats] : []));
};

const ring = { name: 'ring', lower: 0.05, upper: { from: 1, to: 0.3, over: '3st' }, count: 12 };
const hcl = { name: 'hcl', beta: { from: 1, to: 0, over: '4st' }, tauPlus: 0.02 };

describe('chains of samplers train', () => {
  test.each([
    ['oracle'],
    [['oracle', { name: 'mochi', n: 8, s: 8, sPrime: 4 }]],
    [[{ name: 'percentile', hardest: 0.1, easiest: 0.2 }, hcl]],
    [[{ name: 'false-negative-cancel', threshold: 0.9, topK: 4 }, 'uniform', { name: 'debiased', tauPlus: 0.02 }]],
    [[ring, { name: 'dcl', sigma: 0.5 }]],
    [[{ ...hcl, tauPlus: 0 }, 'dcl']],
  ])('%j', async (sampler) => {
    const losses = await lossesOf(sampler);
    expect(losses).toHaveLength(4);
    for (const loss of losses) expect(loss).toSatisfy(Number.isFinite);
  });

  test('weights that carry gradient change what is learned, and not the first loss', async () => {
    const [carried, constant] = [await lossesOf({ ...hcl, beta: 2 }), await lossesOf({ ...hcl, beta: 2, differentiable: false })];
    expect(carried[0]).toBeCloseTo(constant[0]!, 5);
    expect(Math.abs(carried[3]! - constant[3]!)).toBeGreaterThan(1e-4);
  });

  test('over a batch as the bank', async () => {
    const more = { method: 'simclr', bank: undefined };
    for (const sampler of ['oracle', ['hcl', { name: 'debiased' }], ['percentile', 'dcl']])
      for (const loss of await lossesOf(sampler, more)) expect(loss).toSatisfy(Number.isFinite);
  });
});

describe('what makes no sense is refused before the first step, and leaves no run folder', () => {
  const labelless = { bank: { name: 'fifo', capacity: 32 } };
  test.each([
    ['MOCHI_DENOMINATORS_DIFFER', ['dcl', 'debiased'], {}],
    ['MOCHI_DENOMINATORS_DIFFER', ['hcl', 'dcl'], {}],
    ['MOCHI_DENOMINATORS_DIFFER', ['hcl', { name: 'debiased', tauPlus: 0.2 }], {}],
    ['MOCHI_DENOMINATORS_DIFFER', ['dcl', 'debiased'], { method: 'simclr', bank: undefined }],
    ['MOCHI_ACCUMULATE', 'uniform', { train: { steps: 1, batchSize: 4, accumulate: 3 } }],
    ['MOCHI_SAMPLER_ORDER', ['hcl', 'ring'], {}],
    ['MOCHI_SAMPLER_ORDER', ['uniform', 'percentile'], {}],
    ['MOCHI_SAMPLER_ORDER', ['debiased', 'hcl'], {}],
    ['MOCHI_SAMPLER_LABELS', 'oracle', labelless],
    ['MOCHI_SAMPLER_BANK', { name: 'hcl', bank: 'other' }, {}],
    ['MOCHI_POOL_TOO_LARGE', { name: 'false-negative-cancel', topK: 33 }, {}],
    // With a warm-up, the phase that would say so is traced long after the last step of this run.
    ['MOCHI_POOL_TOO_LARGE', { name: 'mochi', n: { from: 8, to: 33, over: '9ep' }, s: 8, sPrime: 4, warmup: '10ep' }, {}],
    ['MOCHI_POOL_TOO_LARGE', { name: 'hard-duplicates', n: 33, s: 8, sPrime: 4, warmup: '10ep' }, {}],
    ['MOCHI_POOL_TOO_LARGE', { name: 'synco', n: 33 }, {}],
    ['MOCHI_POOL_TOO_LARGE', { name: 'random', m: 33 }, {}],
  ])('%s: %j', async (code, sampler, more) => {
    const runDir = join(temporaryFolder(), 'run');
    await expect(train(config(sampler, more), { runDir })).rejects.toMatchObject({ code });
    expect(existsSync(runDir)).toBe(false);
  });
});
