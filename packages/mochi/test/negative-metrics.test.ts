import { isEvent, warning } from '@mochi/contract';
import { liveHandles } from '@mochi/tensorflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { train } from '../src/index.js';
import { imageFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder();
});

interface Logged {
  readonly step: number;
  readonly metrics: Record<string, number>;
}

/** A tiny run with the extension: 8 steps, the first 6 of them warm-up. */
async function run(options: Record<string, unknown>, changes: Record<string, unknown> = {}) {
  const logged: Logged[] = [];
  const warnings: string[] = [];
  const config = tinyConfig(root, {
    plugins: [{ use: 'negative-metrics', ...options }],
    bank: { name: 'fifo', capacity: 32, labels: true },
    train: { steps: 8, batchSize: 4, logEvery: 2 },
    ...changes,
  });
  const result = await train(config, {
    onEvent: (event) => {
      if ('metrics' in event && event.type === 'step-end') logged.push(event as unknown as Logged);
      if (isEvent(warning, event) && event.source === 'negative-metrics') warnings.push(event.message);
    },
  });
  return { logged, warnings, result };
}

describe('negative-metrics in a run', () => {
  test('measured on their cadence alone; those of synthetic negatives from the end of the warm-up; nothing of the run changes', async () => {
    const { logged, result, warnings } = await run({ every: 4, collapseBelow: 0 });
    const measured = logged.filter(({ metrics }) => 'effectiveNegatives' in metrics);
    expect(measured.map(({ step }) => step)).toEqual([4, 8]);
    expect(measured.map(({ metrics }) => 'syntheticSimilarity' in metrics)).toEqual([false, true]);
    for (const { metrics } of measured) for (const value of Object.values(metrics)) expect(value).not.toBeNaN();
    expect(measured[1]!.metrics).toMatchObject({ falseNegativesAtN: expect.any(Number), hardestAge: expect.any(Number) });
    expect(measured[1]!.metrics['effectiveNegatives']).toBeLessThanOrEqual(32 + 12);
    expect(warnings).toEqual([]);
    const without = await run({}, { plugins: [] });
    expect(result.stateSha256).toBe(without.result.stateSha256);
  });

  test('eager and compiled agree, and nothing stays in memory', async () => {
    const { logged: compiled } = await run({ every: 2 });
    const before = liveHandles();
    const { logged: eager } = await run({ every: 2 }, { runtime: { eager: true } });
    expect(liveHandles()).toEqual(before);
    expect(eager.map(({ step }) => step)).toEqual(compiled.map(({ step }) => step));
    for (const [at, { metrics }] of compiled.entries())
      for (const [name, value] of Object.entries(metrics)) expect([name, eager[at]!.metrics[name]]).toEqual([name, expect.closeTo(value, 3)]); // prettier-ignore
  });

  test('warns once when the queries fall together', async () => {
    const { warnings } = await run({ every: 2, collapseBelow: 1 });
    expect(warnings).toEqual([expect.stringMatching(/step 2: the queries are spread over .*collapseBelow 1\)/)]);
  });

  test('each measurement is told, whatever the cadence of the log is', async () => {
    const { logged } = await run({ every: 3, collapseBelow: 0 }, { train: { steps: 8, batchSize: 4, logEvery: 100 } });
    const measured = logged.filter(({ metrics }) => 'effectiveNegatives' in metrics);
    expect(measured.map(({ step }) => step)).toEqual([3, 6]);
  });

  test('the batch as a bank', async () => {
    const { logged } = await run({ every: 8, n: 4 }, { method: 'simclr', bank: null, sampler: 'uniform' });
    const { metrics } = logged.at(-1)!;
    expect(metrics).toMatchObject({ bankAge: 0, selfCollisions: 0, proxyAccuracy: expect.any(Number) });
    expect(metrics['effectiveNegatives']).toBeLessThanOrEqual(2 * 4 - 2); // neither a view itself nor its positive
  });

  test('N larger than the bank is the bank', async () => {
    const { logged } = await run({ every: 8, n: 1000 });
    const { falseNegativesAtN, sameClassShare } = logged.at(-1)!.metrics;
    expect(falseNegativesAtN).toBeCloseTo(sameClassShare!, 5);
  });
});
