import 'reflect-metadata';
import { defineListToken, defineToken, MochiError } from '@mochi/contract';
import { inject, injectAll, injectable } from 'tsyringe';
import { describe, expect, test } from 'vitest';
import { Services } from './services.js';

const CLOCK = defineToken<{ now: number }>('clock');
const WATCH = defineToken<{ clock: { now: number } }>('watch');
const PART = defineListToken<string>('part');

test('a factory is called once, when the service is first needed', () => {
  const services = new Services();
  let calls = 0;
  services.provide(CLOCK, () => ({ now: ++calls }), 'a');
  expect(calls).toBe(0);
  expect(services.inject(CLOCK)).toBe(services.inject(CLOCK));
  expect(calls).toBe(1);
});

test('a service that is undefined is made once too', () => {
  const services = new Services();
  let calls = 0;
  services.provide(defineToken<undefined>('nothing'), () => void calls++, 'a');
  services.inject(defineToken('nothing'));
  services.inject(defineToken('nothing'));
  expect(calls).toBe(1);
});

test('tokens are equal by name', () => {
  const services = new Services();
  services.provide(CLOCK, () => ({ now: 1 }), 'a');
  expect(services.inject(defineToken<{ now: number }>('clock')).now).toBe(1);
});

test('a second provider of a Token is an error that names both', () => {
  const services = new Services({ label: (id) => `"${id}"` });
  services.provide(CLOCK, () => ({ now: 1 }), 'first');
  expect(() => services.provide(CLOCK, () => ({ now: 2 }), 'second')).toThrow(/"first" and "second" both provide "clock"/);
  expect(services.inject(CLOCK).now).toBe(1);
});

test('a ListToken collects factories in order, each instance made once', () => {
  const services = new Services();
  const made: string[] = [];
  for (const name of ['a', 'b', 'a2']) services.provide(PART, () => (made.push(name), name), name);
  expect(made).toEqual([]);
  expect(services.injectAll(PART)).toEqual(['a', 'b', 'a2']);
  expect(services.injectAll(PART)).toEqual(['a', 'b', 'a2']);
  expect(made).toEqual(['a', 'b', 'a2']);
  expect(services.providers(PART).map(({ plugin }) => plugin)).toEqual(['a', 'b', 'a2']);
  expect(services.injectAll(defineListToken('none'))).toEqual([]);
});

test('what is missing is named, with who needs it and what could provide it', () => {
  const services = new Services({ hint: (token) => `Try the plugin that makes a ${token}.` });
  services.provide(WATCH, () => ({ clock: services.inject(CLOCK) }), 'maker');
  expect(code(() => services.inject(WATCH))).toBe('MOCHI_TOKEN_MISSING');
  expect(() => services.inject(WATCH)).toThrow(
    /Plugin maker needs "clock"[^]*this run has watch[^]*Try the plugin that makes a clock/,
  );
});

test('a circle of factories is told in order', () => {
  const services = new Services();
  services.provide(CLOCK, () => ({ now: services.inject(WATCH).clock.now }), 'a');
  services.provide(WATCH, () => ({ clock: services.inject(CLOCK) }), 'b');
  expect(code(() => services.inject(CLOCK))).toBe('MOCHI_TOKEN_CYCLE');
  expect(() => services.inject(CLOCK)).toThrow('clock (plugin a) -> watch (plugin b) -> clock (plugin a)');
});

test('a factory that throws is named, with its cause, and is asked again', () => {
  const services = new Services();
  const cause = new Error('no battery');
  let broken = true;
  services.provide(
    CLOCK,
    () => {
      if (broken) throw cause;
      return { now: 1 };
    },
    'a',
  );
  const error = caught(() => services.inject(CLOCK));
  expect(error).toMatchObject({ code: 'MOCHI_SERVICE_FAILED', cause });
  expect(error.message).toMatch(/Plugin a threw while it made "clock": no battery/);
  broken = false;
  expect(services.inject(CLOCK).now).toBe(1);
});

test("a factory's own MochiError comes through as it is", () => {
  const services = new Services();
  const own = new MochiError('MOCHI_OWN', { happened: 'h', expected: 'e', fix: 'f' });
  services.provide(
    CLOCK,
    () => {
      throw own;
    },
    'a',
  );
  expect(caught(() => services.inject(CLOCK))).toBe(own);
});

test('two runs share nothing', () => {
  const [one, two] = [new Services(), new Services()];
  one.provide(CLOCK, () => ({ now: 1 }), 'a');
  two.provide(CLOCK, () => ({ now: 2 }), 'a');
  expect([one.inject(CLOCK).now, two.inject(CLOCK).now]).toEqual([1, 2]);
  expect(new Services().has(CLOCK)).toBe(false);
});

describe('decorated classes', () => {
  class PocketWatch {
    constructor(
      readonly clock: { now: number },
      readonly parts: string[],
    ) {}
  }
  // Applied as TypeScript applies `@injectable() class PocketWatch { constructor(@inject('clock') clock, @injectAll('part') parts) }`,
  // so that this file needs no decorator syntax; the plugins of load-config.test.ts use it.
  inject('clock')(PocketWatch, undefined, 0);
  injectAll('part')(PocketWatch, undefined, 1);
  injectable()(PocketWatch);

  test('get services by the names of tokens', () => {
    const services = new Services();
    services.provide(CLOCK, () => ({ now: 5 }), 'a');
    services.provide(PART, () => 'spring', 'b');
    services.provideClass(WATCH, PocketWatch, 'c');
    const watch = services.inject(WATCH) as PocketWatch;
    expect(watch).toBeInstanceOf(PocketWatch);
    expect(watch.clock).toBe(services.inject(CLOCK));
    expect(watch.parts).toEqual(['spring']);
    expect(services.inject(WATCH)).toBe(watch);
  });

  test('what they lack is named', () => {
    const services = new Services();
    services.provide(PART, () => 'spring', 'b');
    services.provideClass(WATCH, PocketWatch, 'c');
    expect(caught(() => services.inject(WATCH))).toMatchObject({
      code: 'MOCHI_TOKEN_MISSING',
      happened: expect.stringMatching(/Plugin c needs "clock"/),
    });
  });

  test('an error of a service below comes through as it is', () => {
    const services = new Services();
    services.provide(
      CLOCK,
      () => {
        throw new Error('no battery');
      },
      'a',
    );
    services.provide(PART, () => 'spring', 'b');
    services.provideClass(WATCH, PocketWatch, 'c');
    expect(caught(() => services.inject(WATCH))).toMatchObject({
      code: 'MOCHI_SERVICE_FAILED',
      happened: expect.stringMatching(/Plugin a threw/),
    });
  });
});

test('list() says who provides what', () => {
  const services = new Services();
  services.provide(CLOCK, () => ({ now: 1 }), 'a');
  services.provide(PART, () => 'x', 'b');
  services.provide(PART, () => 'y', 'c');
  expect(services.list()).toEqual([
    { token: 'clock', kind: 'one', plugins: ['a'] },
    { token: 'part', kind: 'list', plugins: ['b', 'c'] },
  ]);
});

function caught(call: () => unknown): MochiError {
  try {
    call();
  } catch (error) {
    return error as MochiError;
  }
  throw new Error('nothing was thrown');
}
const code = (call: () => unknown) => caught(call).code;
