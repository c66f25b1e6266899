import { defineBuildHook, defineHook, type Hook } from '@mochi/contract';
import { expect, test } from 'vitest';
import { HookRunner } from './hook-runner.js';

interface Context {
  readonly plugin: string;
}
const contextFor = (plugin: string): Context => ({ plugin });
const buildSeries = defineBuildHook<Context>('build-series').series();
const buildFall = defineBuildHook<Context>('build-fall').waterfall<number>();
const series = defineHook<Context>('series').series();
const fall = defineHook<Context>('fall').waterfall<string>();
const first = defineHook<Context>('first').first<string>();

test('pre, registration order, post; each with the context of its own plugin', async () => {
  const hooks = new HookRunner();
  const seen: string[] = [];
  const tap = (plugin: string, order?: 'pre' | 'post') =>
    hooks.tap(plugin, series, (context) => void seen.push(`${plugin} as ${context.plugin}`), order ? { order } : {});
  tap('late', 'post');
  tap('b');
  tap('early', 'pre');
  tap('a');
  tap('later', 'post');
  tap('earlier?', 'pre');
  await hooks.runSeries(series, contextFor);
  expect(seen).toEqual(['early', 'earlier?', 'b', 'a', 'late', 'later'].map((name) => `${name} as ${name}`));
});

test('run hooks are awaited, one after another', async () => {
  const hooks = new HookRunner();
  const seen: string[] = [];
  hooks.tap('slow', series, async () => {
    await new Promise((done) => setTimeout(done, 5));
    seen.push('slow');
  });
  hooks.tap('fast', series, () => void seen.push('fast'));
  await hooks.runSeries(series, contextFor);
  expect(seen).toEqual(['slow', 'fast']);
});

test('a waterfall hands the value on, or gives it back where nothing is tapped', async () => {
  const hooks = new HookRunner();
  expect(hooks.buildWaterfall(buildFall, 1, contextFor)).toBe(1);
  hooks.tap('a', buildFall, (value) => value * 10);
  hooks.tap('b', buildFall, (value) => value + 1);
  expect(hooks.buildWaterfall(buildFall, 1, contextFor)).toBe(11);
  hooks.tap('a', fall, async (value, { plugin }) => `${value}${plugin}`);
  hooks.tap('b', fall, (value) => `${value}!`);
  expect(await hooks.runWaterfall(fall, '-', contextFor)).toBe('-a!');
});

test('first stops at the first answer, false and null included', async () => {
  const hooks = new HookRunner();
  const asked: string[] = [];
  const answer = (plugin: string, value: string | undefined) => hooks.tap(plugin, first, () => (asked.push(plugin), value));
  expect(await hooks.runFirst(first, contextFor)).toBeUndefined();
  answer('a', undefined);
  answer('b', '');
  answer('c', 'never');
  expect(await hooks.runFirst(first, contextFor)).toEqual({ value: '', plugin: 'b' });
  expect(asked).toEqual(['a', 'b']);
});

test('a failing handler stops the rest and is named with its hook and cause', async () => {
  const hooks = new HookRunner((id) => `"${id}" (x)`);
  const cause = new Error('boom');
  let reached = false;
  hooks.tap('bad', series, () => Promise.reject(cause));
  hooks.tap('next', series, () => void (reached = true));
  await expect(hooks.runSeries(series, contextFor)).rejects.toMatchObject({
    code: 'MOCHI_HOOK_FAILED',
    happened: 'Plugin "bad" (x) failed in hook "series": boom',
    cause,
  });
  expect(reached).toBe(false);
  hooks.tap('bad', buildSeries, () => {
    throw cause;
  });
  expect(() => hooks.buildSeries(buildSeries, contextFor)).toThrow(/"bad" \(x\) failed in hook "build-series": boom/);
});

test('a build handler that returns a promise is an error, and its rejection is not left alone', async () => {
  const hooks = new HookRunner();
  hooks.tap('async', buildSeries, (async () => Promise.reject(new Error('unseen'))) as () => void);
  expect(() => hooks.buildSeries(buildSeries, contextFor)).toThrow(/returned a promise[^]*MOCHI_HOOK_FAILED/);
  await new Promise((done) => setTimeout(done, 5)); // an unhandled rejection would fail the test run
});

test('a waterfall handler that returns undefined is an error', async () => {
  const hooks = new HookRunner();
  hooks.tap('forgetful', buildFall, (() => {}) as unknown as () => number);
  expect(() => hooks.buildWaterfall(buildFall, 1, contextFor)).toThrow(
    /forgetful failed in hook "build-fall": the handler returned undefined/,
  );
  hooks.tap('forgetful', fall, (() => {}) as unknown as () => string);
  await expect(hooks.runWaterfall(fall, '', contextFor)).rejects.toThrow(/returned undefined/);
});

test('two hooks of one name and different kind clash', () => {
  const hooks = new HookRunner();
  hooks.tap('a', series, () => {});
  const other: Hook<() => void, 'series'> = { name: 'series', kind: 'series', time: 'build' };
  expect(() => hooks.tap('b', other, () => {})).toThrow(/MOCHI_HOOK_CLASH/);
});

test('a handler tapped during a round waits for the next', async () => {
  const hooks = new HookRunner();
  let late = 0;
  hooks.tap('a', series, () => hooks.tap('late', series, () => void late++));
  await hooks.runSeries(series, contextFor);
  expect(late).toBe(0);
});

test('list() gives the order of calls', () => {
  const hooks = new HookRunner();
  hooks.tap('a', series, () => {});
  hooks.tap('b', series, () => {}, { order: 'pre' });
  expect(hooks.list()).toEqual([
    {
      hook: 'series',
      kind: 'series',
      time: 'run',
      handlers: [
        { plugin: 'b', order: 'pre' },
        { plugin: 'a', order: 'normal' },
      ],
    },
  ]);
  expect([hooks.has(series), hooks.has(fall)]).toEqual([true, false]);
});
