import {
  ENCODER,
  EVALUATOR,
  NEGATIVE_SAMPLER,
  adjustLoss,
  beforeStep,
  defineToken,
  stepEnd,
  warning,
  type RunEvent,
} from '@mochi/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CLOCK, extension, fails, plugin, provides, run, sampler, silent, tick } from '../../test/run-fixture.js';
import { nameClash } from './name-clash.js';
import { startRun } from './start-run.js';

test('services by section, in the order of the config, each with the id of its plugin', async () => {
  const host = await run({ sampler: ['a', 'b', { name: 'a', n: 3 }] }, [provides('b'), provides('a')]);
  expect(host.provided('sampler').map(({ plugin, service }) => `${plugin}=${service.name}`)).toEqual([
    'sampler=a',
    'sampler.1=b',
    'sampler.2=a',
  ]);
  expect(nameClash(host.provided('sampler'))).toEqual({ name: 'a', plugins: ['"a" (sampler)', '"a" (sampler.2)'] });
  expect(nameClash(host.provided('sampler').slice(1))).toBeUndefined();
  expect(host.all('sampler')[0]).toBe(host.all('sampler')[0]); // made once
  expect(host.all('sampler')[0]).not.toBe(host.all('sampler')[2]);
  expect(host.entries.map(({ id, options }) => [id, options])).toEqual([
    ['sampler', {}],
    ['sampler.1', {}],
    ['sampler.2', { n: 3 }],
  ]);
  expect(host.find('bank')).toBeUndefined();
  expect(await fails(Promise.resolve().then(() => host.one('sampler')))).toMatchObject({
    code: 'MOCHI_SECTION_AMBIGUOUS',
    happened: expect.stringMatching(/3 plugins.*"a" \(sampler\), "b" \(sampler\.1\)/),
  });
  expect(await fails(Promise.resolve().then(() => host.one('encoder')))).toMatchObject({ code: 'MOCHI_SECTION_MISSING' });
  await host.dispose();
});

test('each plugin registers under its own id', async () => {
  const own = plugin('sampler', 'own', (host) => {
    host.provide(NEGATIVE_SAMPLER, () => sampler('own'));
    host.state('centres', () => null as never);
    host.scalar('radius', ({ step }) => step);
    host.tap(adjustLoss, (loss) => loss, { order: 'post' });
  });
  const host = await run({ sampler: ['own', 'own'], plugins: ['early'] }, [
    own,
    extension('early', (h) => h.tap(adjustLoss, (loss) => loss)),
  ]);
  expect([...host.states].map(([id, states]) => [id, [...states.keys()]])).toEqual([
    ['sampler', ['centres']],
    ['sampler.1', ['centres']],
  ]);
  expect(host.scalars.get('sampler.1')!.get('radius')!({ step: 3 } as never)).toBe(3);
  const explained = host.explain();
  expect(explained).toMatchObject({
    hooks: [
      {
        hook: 'adjust-loss',
        kind: 'waterfall',
        time: 'build',
        handlers: [
          { plugin: 'extension:early', order: 'normal' },
          { plugin: 'sampler', order: 'post' },
          { plugin: 'sampler.1', order: 'post' },
        ],
      },
    ],
    plugins: [{ id: 'sampler', name: 'own', origin: 'built-in', version: null }, { id: 'sampler.1' }, { id: 'extension:early' }],
    services: [{ token: 'negative-sampler', kind: 'list', plugins: ['sampler', 'sampler.1'] }],
    states: { sampler: ['centres'], 'sampler.1': ['centres'] },
    scalars: { sampler: ['radius'], 'sampler.1': ['radius'] },
    config: { seed: 1, sampler: [{ name: 'own' }, { name: 'own' }] },
  });
  expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  await host.dispose();
});

test('plugins use each other, whatever the order, once all are set up', async () => {
  const user = extension('user', (host) => host.provide(defineToken<number>('next'), () => host.inject(CLOCK).now + 1), {
    needs: [CLOCK],
  });
  const maker = extension('maker', (host) => host.provide(CLOCK, () => ({ now: 1 })));
  const host = await run({ plugins: ['user', 'maker'] }, [user, maker]);
  expect(host.services.inject(defineToken<number>('next'))).toBe(2);
  await host.dispose();
});

test('dispose runs in reverse, awaits each, and turns failures into warnings', async () => {
  const order: string[] = [];
  const log: string[] = [];
  const leaver = (name: string, fail = false) =>
    extension(name, (host) =>
      host.onDispose(async () => {
        await new Promise((done) => setTimeout(done, 2));
        order.push(name);
        if (fail) throw new Error('stuck');
      }),
    );
  const host = await run({ plugins: ['a', 'b', 'c'] }, [leaver('a'), leaver('b', true), leaver('c')], {
    ...silent,
    warn: (text) => void log.push(text),
  });
  const warnings: string[] = [];
  let completed = false;
  host.bus.events(warning).subscribe({ next: ({ message }) => warnings.push(message), complete: () => (completed = true) });
  const first = host.dispose();
  expect(host.dispose()).toBe(first);
  const message = '"b" (extension:b) failed to dispose: stuck';
  expect(await first).toEqual([message]);
  expect([order, warnings, log, completed]).toEqual([['c', 'b', 'a'], [message], [message], true]);
});

test('what a plugin never frees is named, and does not keep the run from ending', async () => {
  const holder = extension('holder', (host) => host.onDispose(() => new Promise(() => {})));
  const host = await run({ plugins: ['holder'], runtime: { pluginSeconds: 0.05 } }, [holder]);
  expect(await host.dispose()).toEqual([
    expect.stringMatching(/"holder".* has not come to an end in freeing what it holds within 0\.05 s/),
  ]);
});

test('without a log nothing is printed: warnings are events, those of setup too', async () => {
  const printed = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write'), vi.spyOn(console, 'error')];
  const events: RunEvent[] = [];
  const talker = extension('talker', (host) => {
    host.log.info('hello');
    host.log.warn('mind this');
  });
  const host = await startRun({
    object: { plugins: ['talker'] },
    known: [talker],
    onEvent: (event) => events.push(event),
  });
  await host.dispose();
  for (const spy of printed) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
  expect(events).toMatchObject([{ type: 'warning', source: 'extension:talker', message: 'mind this' }]);
});

test('a plugin sees events, and its failing subscriber is named', async () => {
  const seen: number[] = [];
  const watcher = extension('watcher', (host) => {
    host.events(stepEnd).subscribe(() => {
      throw new Error('boom');
    });
    host.events(tick).subscribe(({ n }) => seen.push(n));
    host.tap(beforeStep, () => host.emit(tick, { n: 1 }));
  });
  const host = await run({ plugins: ['watcher'] }, [watcher]);
  const warnings: object[] = [];
  host.bus.events(warning).subscribe((event) => warnings.push(event));
  await host.hooks.runSeries(beforeStep, () => null as never);
  host.bus.emit(stepEnd, { step: 0, epoch: 0, rate: 0, stepMs: 1, waitMs: 0, images: 0 });
  expect(seen).toEqual([1]);
  expect(warnings).toMatchObject([
    { source: '"watcher" (extension:watcher)', message: 'A subscriber of step-end failed and was detached: boom' },
  ]);
  await host.dispose();
});

test('a decorated class is registered as the provider and gets services by the names of tokens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-run-'));
  writeFileSync(
    join(folder, 'decorated.ts'),
    `import { ENCODER, EVALUATOR, definePlugin } from '@mochi/contract';
import { inject, injectable } from 'tsyringe';
import { z } from 'zod';
@injectable()
class Named {
  readonly name = 'named';
  constructor(@inject('encoder') readonly encoder: unknown) {}
}
export const named = definePlugin({ name: 'named', kind: 'evaluator', apiVersion: 1, config: z.strictObject({}), setup: (host) => host.provideClass(EVALUATOR, Named as never) });
`,
  );
  const encoder = plugin('encoder', 'tiny', (host) =>
    host.provide(ENCODER, () => ({ name: 'tiny', dims: {}, init: () => {}, apply: () => {} }) as never),
  );
  const host = await startRun({
    cwd: folder,
    object: { plugins: ['./decorated.ts'], encoder: 'tiny', evaluators: ['named'] },
    known: [encoder],
    log: silent,
  });
  expect(host.services.has(EVALUATOR)).toBe(true);
  const [evaluator] = host.all('evaluator');
  expect(evaluator).toMatchObject({ name: 'named', encoder: host.one('encoder') });
  await host.dispose();
  rmSync(folder, { recursive: true });
});

test('two runs in one process share nothing', async () => {
  let made = 0;
  const counter = plugin('sampler', 'counter', (host) => {
    host.provide(NEGATIVE_SAMPLER, () => sampler(`made ${++made}`));
    host.state('s', () => null as never);
  });
  const hosts = await Promise.all([run({ sampler: 'counter' }, [counter]), run({ sampler: ['counter', 'counter'] }, [counter])]);
  const [one, two] = hosts;
  expect([one.all('sampler').length, two.all('sampler').length]).toEqual([1, 2]);
  expect(one.all('sampler')[0]).not.toBe(two.all('sampler')[0]);
  expect([one.states.size, two.states.size]).toEqual([1, 2]);
  const seen: number[] = [];
  two.bus.events(tick).subscribe(({ n }) => seen.push(n));
  one.bus.emit(tick, { n: 1 });
  await one.dispose();
  two.bus.emit(tick, { n: 2 });
  expect(seen).toEqual([2]);
  expect(two.all('sampler')).toHaveLength(2);
  await two.dispose();
});

test('a run is an async disposable', async () => {
  let disposed = false;
  const host = await run({ plugins: ['a'] }, [extension('a', (h) => h.onDispose(() => void (disposed = true)))]);
  await host[Symbol.asyncDispose]();
  expect(disposed).toBe(true);
});
