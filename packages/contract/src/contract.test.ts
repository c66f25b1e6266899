import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  API_VERSION,
  BANK,
  DEFAULT_BANK,
  ENCODER,
  EVENTS,
  HOOKS,
  MochiError,
  NEGATIVE_SAMPLER,
  TOKEN_OF_KIND,
  addStepMetrics,
  adjustLoss,
  bankBlock,
  beforeStep,
  defineEvent,
  defineHook,
  definePlugin,
  defineToken,
  isEvent,
  isMochiError,
  mixtureBlock,
  rowsBlock,
  shouldStop,
  stepEnd,
  type Block,
  type Host,
  type KnownEventType,
  type NegativeSampler,
  type PluginOptions,
  type RunEvent,
  type RunContext,
} from './index.js';

test('an error says what happened, what was expected, how to fix it, and its code', () => {
  const cause = new Error('below');
  const error = new MochiError('MOCHI_X', { happened: 'a', expected: 'b', fix: 'c' }, { cause });
  expect(error.message).toBe('a\n  expected: b\n  fix: c\n  code: MOCHI_X');
  expect(error).toMatchObject({ name: 'MochiError', code: 'MOCHI_X', happened: 'a', expected: 'b', fix: 'c', cause });
  expect(error).toBeInstanceOf(Error);
  // @ts-expect-error a code begins with MOCHI_
  new MochiError('X', { happened: '', expected: '', fix: '' });
});

test('isMochiError knows errors of another copy of this package, and nothing else', () => {
  expect(isMochiError(Object.assign(new Error('x'), { code: 'MOCHI_X' }))).toBe(true);
  for (const other of [Object.assign(new Error('x'), { code: 'ENOENT' }), new Error('x'), { code: 'MOCHI_X' }, null, 'MOCHI_X']) {
    expect(isMochiError(other)).toBe(false);
  }
});

test('names of tokens, hooks and events are unique and in kebab-case', () => {
  for (const names of [
    Object.values(TOKEN_OF_KIND).map(({ name }) => name),
    HOOKS.map(({ name }) => name),
    EVENTS.map(({ type }) => type),
  ]) {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  }
});

test('blocks name their bank, the default one where none is given', () => {
  const rows = {} as Tensor3D;
  expect(bankBlock()).toEqual({ kind: 'bank', bank: DEFAULT_BANK });
  expect(bankBlock({ bank: 'other', differentiable: true })).toEqual({ kind: 'bank', bank: 'other', differentiable: true });
  expect(mixtureBlock({ rows, weights: rows })).toEqual({ kind: 'mixture', bank: DEFAULT_BANK, rows, weights: rows });
  expect(rowsBlock(rows)).toEqual({ kind: 'rows', rows });
  const narrow = (block: Block) =>
    block.kind === 'mixture' ? block.weights : block.kind === 'rows' ? block.rows : block.logWeights;
  expectTypeOf(narrow).returns.toEqualTypeOf<Tensor3D | Tensor2D | undefined>();
});

test('a plugin is typed by its schema', () => {
  const config = z.strictObject({ count: z.int().default(3), rate: z.string().transform(Number) });
  const plugin = definePlugin({
    name: 'p',
    kind: 'extension',
    apiVersion: API_VERSION,
    config,
    needs: [defineToken<string>('x'), BANK],
    setup(_host, options) {
      expectTypeOf(options).toEqualTypeOf<{ count: number; rate: number }>();
      // @ts-expect-error no such option
      void options.counts;
    },
  });
  expect(plugin.config).toBe(config);
  expectTypeOf<PluginOptions<typeof plugin>>().toEqualTypeOf<{ count?: number | undefined; rate: string }>();
  // @ts-expect-error a plugin has a kind from the list
  definePlugin({ name: 'p', kind: 'smapler', apiVersion: 1, config, setup() {} });
  // @ts-expect-error a plugin says which version of the contract it is built for
  definePlugin({ name: 'p', kind: 'sampler', config, setup() {} });
});

// Checked by the compiler, never called.
export function types(host: Host, sampler: NegativeSampler, loss: Scalar): void {
  host.provide(NEGATIVE_SAMPLER, () => sampler);
  // @ts-expect-error a sampler is no encoder
  host.provide(ENCODER, () => sampler);
  // @ts-expect-error a list is injected by injectAll
  host.inject(NEGATIVE_SAMPLER);
  expectTypeOf(host.injectAll(NEGATIVE_SAMPLER)).toEqualTypeOf<NegativeSampler[]>();

  host.tap(adjustLoss, (value) => value);
  // @ts-expect-error a waterfall handler returns the next value
  host.tap(adjustLoss, () => {});
  // @ts-expect-error a build hook is never awaited
  host.tap(adjustLoss, async (value) => value);
  // @ts-expect-error while the step is traced, the step is a tensor and not a number
  host.tap(adjustLoss, (value, { step }) => (Math.min(1, step / 100) ? value : loss));
  host.tap(addStepMetrics, (metrics, { shared }) => ({ ...metrics, margin: shared['margin'] as Scalar }));
  // @ts-expect-error a metric is a tensor, not a number
  host.tap(addStepMetrics, (metrics) => ({ ...metrics, margin: 3 }));

  host.tap(beforeStep, async ({ progress }) => expectTypeOf(progress.step).toEqualTypeOf<number>() as unknown as void);
  host.tap(beforeStep, () => {}, { order: 'pre' });
  // @ts-expect-error pre or post
  host.tap(beforeStep, () => {}, { order: 'first' });
  host.tap(shouldStop, ({ progress }) => (progress.step > 3 ? 'enough' : undefined));
  // @ts-expect-error a reason is a text
  host.tap(shouldStop, () => true);
  const own = defineHook<RunContext>('own').waterfall<number>();
  host.tap(own, async (value) => value + 1);
  // @ts-expect-error a waterfall of numbers hands on numbers
  host.tap(own, async (value) => `${value}`);

  host.events(stepEnd).subscribe(({ stepMs, time, type }) => {
    expectTypeOf(stepMs).toEqualTypeOf<number>();
    expectTypeOf(time).toEqualTypeOf<number>();
    expectTypeOf(type).toEqualTypeOf<RunEvent['type']>();
  });
  host.events(stepEnd).subscribe((event) => {
    // @ts-expect-error no such field
    void event.stepSeconds;
  });
  const ping = defineEvent<{ n: number }>('ping');
  host.emit(ping, { n: 1 });
  // @ts-expect-error the payload is typed
  host.emit(ping, { n: 'one' });
}

test('isEvent narrows an event to its payload, and tells others apart', () => {
  const event: RunEvent = { type: 'step-end', time: 0 };
  expect(isEvent(stepEnd, event)).toBe(true);
  expect(isEvent(defineEvent<{ acme: string }>('acme'), event)).toBe(false);
  if (isEvent(stepEnd, event)) expectTypeOf(event.lossNats).toEqualTypeOf<number | undefined>();
});

test('the types of events that editors complete are those that there are', () => {
  const known: Record<KnownEventType, true> = {
    ...{ 'run-start': true, 'bank-filled': true, 'epoch-start': true, 'step-end': true, 'epoch-end': true },
    ...{
      'evaluation-start': true,
      'evaluation-end': true,
      'evaluation-failed': true,
      'checkpoint-saved': true,
      'sample-skipped': true,
    },
    ...{ warning: true, 'run-end': true },
  };
  expect(Object.keys(known)).toEqual(EVENTS.map(({ type }) => type));
  expectTypeOf<'of-a-plugin'>().toExtend<RunEvent['type']>();
});

// TypeScript 5.4 to 6.0 ended with an internal error here while `make` was typed `() => NoInfer<T>`.
test('literals of a service keep their types within host.provide', () => {
  const provide = (host: Host) =>
    host.provide(NEGATIVE_SAMPLER, () => ({
      name: 'acme',
      role: 'filter',
      sample: ({ similarities }) => {
        const mask = ((given: Tensor2D) => given)(similarities);
        return { blocks: [], mask };
      },
    }));
  expect(provide).toBeTypeOf('function');
  // @ts-expect-error no such role
  expect((host: Host) => host.provide(NEGATIVE_SAMPLER, () => ({ name: 'acme', role: 'filtr', sample: () => ({ blocks: [] }) })));
});
