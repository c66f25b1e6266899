import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@mochi/contract';
import { filter, firstValueFrom, map, merge, NEVER, scan, share, take, toArray, type Observable } from 'rxjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { embed, evaluate, planTraining, startTraining, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let config: Record<string, unknown>;
let short: Record<string, unknown>;
beforeAll(async () => {
  config = tinyConfig(await imageFolder());
  const sampler = { name: 'mochi', n: 8, s: 8, sPrime: 4 }; // without warm-up: it would last for the whole run, which is told
  short = { ...config, sampler, train: { epochs: 1, batchSize: 4, logEvery: 2 } };
});
const isStep = (event: RunEvent) => event.type === 'step-end';

describe('a run as a stream', () => {
  test('has every event from the first to the last, completes, and combines with streams of the caller', async () => {
    const run = startTraining(short);
    const types = firstValueFrom(run.events$.pipe(map(({ type }) => type), toArray())); // prettier-ignore
    const images = firstValueFrom(
      run.events$.pipe(
        filter(isStep),
        scan((sum, event) => sum + (event as unknown as { images: number }).images, 0),
        take(5),
        toArray(),
      ),
    );
    const result = await run.done;
    expect((await types)[0]).toBe('run-start');
    expect((await types).at(-1)).toBe('run-end');
    expect((await types).filter((type) => type === 'step-end')).toHaveLength(result.step);
    expect(await images).toEqual([4, 8, 12, 16, 20]);
  });

  test('stops when asked, or by the signal of the caller, saves, and goes on where it was', async () => {
    const whole = await train(config);
    const runDir = join(temporaryFolder(), 'run');
    const first = startTraining(config, { runDir });
    first.events$.pipe(filter(isStep), take(5)).subscribe({ complete: () => first.stop() });
    expect(await first.done).toMatchObject({ outcome: 'stopped', step: 5 });
    const signal = new AbortController();
    const second = startTraining(config, { runDir, resume: true, signal: signal.signal });
    second.events$.pipe(filter(isStep), take(3)).subscribe({ complete: () => signal.abort() });
    expect(await second.done).toMatchObject({ outcome: 'stopped', step: 8 });
    const end = await train(config, { runDir, resume: true });
    expect(end.stateSha256).toBe(whole.stateSha256);
    const again = startTraining(config, { runDir, resume: true }); // nothing is left to do
    const types = firstValueFrom(again.events$.pipe(map(({ type }) => type), toArray())); // prettier-ignore
    expect(await again.done).toEqual(end);
    expect(await types).toEqual(['run-start', 'run-end']);
  });

  test('a run that fails rejects with its code, and its events complete without an error', async () => {
    const run = startTraining({ ...short, optimizer: { name: 'sgd', rate: 1e30 } });
    const events = firstValueFrom(run.events$.pipe(toArray()));
    await expect(run.done).rejects.toMatchObject({ code: 'MOCHI_NOT_FINITE' });
    expect((await events).at(-1)).toMatchObject({ type: 'run-end', outcome: 'failed' });
  });

  test.each<[string, (events: Observable<RunEvent>) => Observable<unknown>]>([
    ['plain', (events) => events],
    ['share', (events) => events.pipe(share())],
    ['merge', (events) => merge(events, NEVER)],
  ])('a subscriber that throws is told of once and gets no more, others and the run go on: %s', async (_, make) => {
    const run = startTraining(short);
    const heard = { warnings: [] as string[], calls: 0, others: 0, process: [] as unknown[] };
    const note = (error: unknown) => void heard.process.push(error);
    const watched = ['warning', 'uncaughtExceptionMonitor'] as const;
    for (const name of watched) process.on(name, note);
    run.events$.subscribe((event) => 'message' in event && heard.warnings.push(String(event.message)));
    const stream = make(run.events$);
    stream.subscribe(() => {
      heard.calls++;
      throw new Error('of the caller');
    });
    stream.subscribe(() => heard.others++);
    const { outcome } = await run.done;
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const name of watched) process.off(name, note);
    expect(outcome).toBe('finished');
    expect(heard).toMatchObject({ calls: 1, warnings: [expect.stringContaining('of the caller')], process: [] });
    expect(heard.others).toBeGreaterThan(10);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('of the caller');
      },
    ],
    ['is async and rejects', (): unknown => Promise.reject(new Error('of the caller'))],
  ])('an onEvent that %s is told of once, and the run goes on', async (_, onEvent) => {
    const run = startTraining(short, { onEvent });
    const warnings: string[] = [];
    let others = 0;
    run.events$.subscribe((event) => (event.type === 'warning' ? warnings.push(JSON.stringify(event)) : others++));
    expect((await run.done).outcome).toBe('finished');
    expect(warnings).toEqual([expect.stringMatching(/onEvent.*of the caller/)]);
    expect(others).toBeGreaterThan(8);
  });

  test('subscribers that throw, merged or not, are told of and stop nothing', async () => {
    const run = startTraining(short);
    const warnings = firstValueFrom(run.events$.pipe(filter(({ type }) => type === 'warning'), toArray())); // prettier-ignore
    run.events$.subscribe(() => {
      throw new Error('of the caller');
    });
    merge(run.events$, run.events$)
      .pipe(filter(isStep), take(1))
      .subscribe(() => {
        throw new Error('of a merged stream');
      });
    expect((await run.done).outcome).toBe('finished');
    expect(JSON.stringify(await warnings)).toMatch(/of the caller.*of a merged stream|of a merged stream.*of the caller/);
  });
});

describe('several runs in one process', () => {
  test('one after the other and at the same time are each the run alone', async () => {
    const other = { ...short, seed: 8, sampler: 'uniform' };
    const alone = [await train(short), await train(other)];
    const together = await Promise.all([train(short), train(other)]);
    expect(together.map(({ stateSha256 }) => stateSha256)).toEqual(alone.map(({ stateSha256 }) => stateSha256));
    expect(alone[0]!.stateSha256).not.toBe(alone[1]!.stateSha256);
  });

  test('two that write to one folder: the second is refused, whoever reads is not, and whatever the end the folder is free again', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const endless = { ...config, evaluators: ['representation'], train: { steps: 1e6, batchSize: 4 } };
    const first = startTraining(endless, { runDir });
    const saved = firstValueFrom(first.events$.pipe(filter(({ type }) => type === 'checkpoint-saved')));
    await saved;
    for (const resume of [true, false])
      await expect(train(endless, { runDir, resume })).rejects.toMatchObject({
        code: 'MOCHI_RUN_BUSY',
        happened: expect.stringContaining(`process ${process.pid} on `) as string,
      });
    expect(Object.keys((await evaluate(runDir)).results)).toContain('representation/uniformity');
    expect((await embed(runDir)).rows).toBe(24);
    first.stop();
    expect((await first.done).outcome).toBe('stopped');
    expect(readdirSync(runDir)).not.toContain('run.lock');
    expect((await train(config, { runDir, resume: true })).outcome).toBe('finished');
    expect(readdirSync(runDir)).not.toContain('run.lock');
    const other = join(temporaryFolder(), 'run');
    const diverging = { ...config, optimizer: { name: 'sgd', rate: 1e30 }, schedule: 'constant' };
    await expect(train(diverging, { runDir: other })).rejects.toThrow('MOCHI_NOT_FINITE');
    expect(readdirSync(other)).toContain('config.json');
    expect(readdirSync(other)).not.toContain('run.lock');
  });

  test('a run that is to go on where nothing is begins, without a warning', async () => {
    const run = startTraining(short, { runDir: join(temporaryFolder(), 'run'), resume: true });
    const warnings = firstValueFrom(run.events$.pipe(filter(({ type }) => type === 'warning'), toArray())); // prettier-ignore
    expect((await run.done).outcome).toBe('finished');
    expect(await warnings).toEqual([]);
  });

  test('leave the process as it was: no listener, no exit code, nothing on its streams', async () => {
    const listeners = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const before = listeners();
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const spoken = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    try {
      await train(short, { runDir: join(temporaryFolder(), 'run') });
      for (const spy of [...written, ...spoken]) expect(spy).not.toHaveBeenCalled();
    } finally {
      for (const spy of [...written, ...spoken]) spy.mockRestore();
    }
    expect(listeners()).toEqual(before);
    expect(process.exitCode).toBeUndefined();
  });
});

test('a plan says what a run would be, and is what it is', async () => {
  const plan = await planTraining({ ...short, evaluators: ['representation'] });
  expect(plan).toMatchObject({ images: 24, classes: 2, batchSize: 4, stepsPerEpoch: 6, totalSteps: 6, totalEpochs: 1 });
  expect(plan).toMatchObject({ banks: [{ name: 'bank', capacity: 32 }], evaluators: [{ name: 'representation', splits: [] }] });
  for (const [warmup, warmUpSteps] of [
    [0, 0],
    ['4st', 4],
    ['1ep', 6],
  ] as const)
    // prettier-ignore
    expect(await planTraining({ ...short, sampler: { name: 'mochi', n: 8, warmup } })).toMatchObject({
      samplers: [{ name: 'mochi', warmUpSteps }],
      warnings: warmUpSteps < 6 ? [] : [expect.stringMatching(/^\(mochi\): stays in its warm-up/)],
    });
  const half = { sampler: 'mochi', n: 32, share: 0.5 }; // K / (C N) = 32 / (2 x 32)
  expect((await planTraining({ ...short, sampler: { name: 'mochi', n: 32 } })).ceilings).toEqual([half]);
  expect((await planTraining({ ...short, sampler: 'uniform' })).ceilings).toEqual([]);
  const runDir = join(temporaryFolder(), 'run');
  const run = startTraining(short, { runDir });
  const events = firstValueFrom(run.events$.pipe(toArray()));
  expect((await run.done).step).toBe(plan.totalSteps);
  const saved = (await events).filter(({ type }) => type === 'checkpoint-saved').at(-1) as unknown as { path: string };
  expect((await events)[0]).toMatchObject({ type: 'run-start', parameters: plan.parameters });
  const file = readFileSync(join(saved.path, 'state.safetensors'));
  expect(file.length - 8 - Number(file.readBigUInt64LE(0))).toBe(plan.stateBytes); // all but the header and its length
  await expect(planTraining({ ...short, sampler: { name: 'mochi', n: 1000 } })).rejects.toMatchObject({
    code: 'MOCHI_POOL_TOO_LARGE',
  });
});
