import type { RunEvent } from '@mochi/contract';
import { expect, test } from 'vitest';
import { profile } from '../src/index.js';
import { imageFolder, tinyConfig } from './tiny-run.js';

test('a real run: parts add up to the step, ops have layers, the start is told, and the config is what it was', async () => {
  const events: RunEvent[] = [];
  const config = tinyConfig(await imageFolder(), { evaluators: [{ name: 'knn', k: 3, test: 'train', every: 2 }] });
  const result = await profile(config, { steps: 8, warmup: 7, traced: 2, onEvent: (event) => events.push(event) });
  expect(result).toMatchObject({ measured: 8, traced: 2, notes: [] });
  expect(events.filter(({ type }) => type === 'step-end')).toHaveLength(17);

  const { step, parts, start } = result;
  for (const ms of Object.values(start)) expect(ms).toBeGreaterThan(0);
  expect(step.p50Ms).toBeLessThanOrEqual(step.p90Ms);
  expect(step.p90Ms).toBeLessThanOrEqual(step.p99Ms);
  expect(step.imagesPerSecond).toBeCloseTo(4000 / step.meanMs, 6); // a batch has 4

  expect(parts.map(({ name }) => name)).toEqual([
    'waiting for data',
    'step',
    'tracing the step',
    'reading metrics',
    'hooks',
    'other on the host',
    'checkpoint',
    'evaluation knn',
  ]);
  const everyStep = parts.filter(({ everySteps }) => everySteps === undefined);
  const sum = everyStep.reduce((total, { ms }) => total + ms, 0);
  expect(Math.abs(sum - step.meanMs)).toBeLessThan(0.05 * step.meanMs);
  expect(parts.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 6);
  const [checkpoint, knn] = parts.slice(-2);
  expect(knn).toMatchObject({ everySteps: 12, ms: knn!.eachMs! / 12 }); // 24 images, batches of 4: an epoch has 6 steps
  expect(checkpoint).toMatchObject({ everySteps: 6, ms: checkpoint!.eachMs! / 6 });

  const { ops, memory, trace } = result;
  expect(ops!.slowdown).toBeGreaterThan(0);
  expect(ops!.byType.some(({ name, part }) => name.includes('Conv2D') && part === 'train_step')).toBe(true);
  const scopes = ops!.byScope.map(({ name }) => name);
  expect(scopes).toEqual(expect.arrayContaining(['query', 'key', 'sampler', 'loss', 'backward', 'optimizer', 'bank']));
  expect(ops!.byNode.some(({ name }) => /^backward\/query\/layer1\..*Conv2DBackpropFilter/.test(name))).toBe(true);
  expect(memory.residentBytes).toBeGreaterThan(2 ** 20);
  const host = trace.traceEvents.filter(({ cat }) => cat === 'host').map(({ name }) => name);
  expect(host).toEqual(expect.arrayContaining(['trace', 'wait', 'step', 'evaluation knn', 'checkpoint end']));
});

test('without traced steps there is no table of ops; a warm-up that is not over is said', async () => {
  const config = tinyConfig(await imageFolder());
  const { ops, notes, trace } = await profile(config, { steps: 2, warmup: 1, traced: 0 });
  expect(ops).toBeNull();
  expect(trace.traceEvents.some(({ cat }) => cat !== undefined && cat !== 'host')).toBe(false);
  expect(notes.join()).toMatch(/sampler mochi .*"warm-?up".*"full"/);
});

test.each([
  { options: { steps: 0 }, code: 'MOCHI_PROFILE_OPTIONS' },
  { options: { warmup: 0 }, code: 'MOCHI_PROFILE_OPTIONS' },
  { options: { traced: 1.5 }, code: 'MOCHI_PROFILE_OPTIONS' },
])('refused: $options', async ({ options, code }) => {
  await expect(profile(tinyConfig('nowhere'), options)).rejects.toMatchObject({ code });
});

test('a run that ends too soon says so', async () => {
  const signal = AbortSignal.abort();
  const wanted = { code: 'MOCHI_PROFILE_TOO_SHORT', happened: expect.stringContaining('interrupted') as string };
  await expect(profile(tinyConfig(await imageFolder()), { signal })).rejects.toMatchObject(wanted);
});
