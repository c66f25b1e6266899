import { defineEvent, warning } from '@mochi/contract';
import {
  NEVER,
  Subject,
  combineLatest,
  concatMap,
  delay,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  scan,
  share,
  take,
  tap,
  type Observable,
} from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventBus } from './event-bus.js';

const tick = defineEvent<{ n: number }>('tick');
const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);

// vitest fails a run on an uncaught exception; here it must be seen at once and in the test that caused it.
const others = {
  uncaughtException: process.listeners('uncaughtException'),
  unhandledRejection: process.listeners('unhandledRejection'),
};
beforeEach(() => {
  uncaught.length = 0;
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(event);
    process.on(event, note);
  }
});
afterEach(() => {
  process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
  for (const listener of others.uncaughtException) process.on('uncaughtException', listener);
  for (const listener of others.unhandledRejection) process.on('unhandledRejection', listener);
});

const settled = () => new Promise((done) => setTimeout(done, 20));
const boom = (): never => {
  throw new Error('boom');
};

function watched() {
  const bus = new EventBus();
  const warnings: string[] = [];
  const healthy: number[] = [];
  bus.events(warning).subscribe(({ source, message }) => warnings.push(`${source}: ${message}`));
  return { bus, warnings, healthy, healthyToo: () => bus.events(tick).subscribe(({ n }) => healthy.push(n)) };
}

test('events carry a frozen plain object with type and time, to those who asked for the type', () => {
  const bus = new EventBus();
  const seen: object[] = [];
  const all: string[] = [];
  bus.events(tick).subscribe((event) => seen.push(event));
  bus.all().subscribe((event) => all.push(event.type));
  const before = Date.now();
  bus.emit(tick, { n: 1 });
  bus.emit(warning, { source: 's', message: 'm' });
  expect(seen).toEqual([{ n: 1, type: 'tick', time: expect.any(Number) }]);
  const [event] = seen as [{ time: number }];
  expect(event.time).toBeGreaterThanOrEqual(before);
  expect(Object.isFrozen(event)).toBe(true);
  expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
  expect(all).toEqual(['tick', 'warning']);
});

type Bus = EventBus;
test.each<[string, (bus: Bus) => unknown]>([
  ['next', (bus) => bus.events(tick, 'bad').subscribe(boom)],
  ['next of an observer', (bus) => bus.events(tick, 'bad').subscribe({ next: boom })],
  ['an async next', (bus) => bus.events(tick, 'bad').subscribe((async () => boom()) as () => void)],
  ['map', (bus) => bus.events(tick, 'bad').pipe(map(boom)).subscribe()],
  [
    'filter',
    (bus) =>
      bus
        .events(tick, 'bad')
        .pipe(filter(boom))
        .subscribe(() => {}),
  ],
  [
    'an operator before and after good ones',
    (bus) =>
      bus
        .events(tick, 'bad')
        .pipe(
          map((e) => e.n),
          tap(boom),
          scan((a, b) => a + b, 0),
        )
        .subscribe(),
  ],
  [
    'next behind operators',
    (bus) =>
      bus
        .events(tick, 'bad')
        .pipe(
          map((e) => e.n),
          filter((n) => n >= 0),
        )
        .subscribe(boom),
  ],
  [
    'an inner Observable',
    (bus) =>
      bus
        .events(tick, 'bad')
        .pipe(mergeMap(() => from([1]).pipe(map(boom))))
        .subscribe(),
  ],
  [
    'a rejected inner promise',
    (bus) =>
      bus
        .events(tick, 'bad')
        .pipe(concatMap(() => Promise.reject(new Error('boom'))))
        .subscribe(),
  ],
  ['next behind a delay', (bus) => bus.events(tick, 'bad').pipe(delay(1)).subscribe(boom)],
  ['an error callback that throws', (bus) => bus.events(tick, 'bad').pipe(map(boom)).subscribe({ error: boom })],
  [
    'every event',
    (bus) =>
      bus
        .all('bad')
        .pipe(
          filter((e) => e.type === 'tick'),
          map(boom),
        )
        .subscribe(),
  ],
  [
    'next behind merge',
    (bus) =>
      merge(bus.events(tick, 'bad'), bus.events(tick, 'bad'))
        .pipe(filter(({ n }) => n > 0))
        .subscribe(boom),
  ],
  ['an async next behind merge', (bus) => merge(bus.events(tick, 'bad'), NEVER).subscribe((async () => boom()) as () => void)],
  [
    'map behind combineLatest',
    (bus) =>
      combineLatest([bus.events(tick, 'bad'), bus.events(tick, 'bad')])
        .pipe(map(boom))
        .subscribe(),
  ],
  ['next behind share', (bus) => bus.events(tick, 'bad').pipe(share()).subscribe(boom)],
])('a throw in %s is reported once, detaches, and hurts nobody', async (_, subscribe) => {
  const { bus, warnings, healthy, healthyToo } = watched();
  subscribe(bus);
  healthyToo();
  for (const n of [1, 2, 3]) bus.emit(tick, { n });
  await settled();
  for (const n of [4, 5]) bus.emit(tick, { n });
  await settled();
  expect(healthy).toEqual([1, 2, 3, 4, 5]);
  expect(warnings).toEqual([expect.stringMatching(/^bad: A subscriber of (tick|every event) failed and was detached: boom$/)]);
  expect(uncaught).toEqual([]);
});

test.each<[string, (bus: Bus) => unknown]>([
  [
    'a Subject in between',
    (bus) => {
      const between = new Subject<unknown>();
      between.subscribe(boom);
      bus.events(tick).subscribe(between);
    },
  ],
  ['share behind merge', (bus) => merge(bus.events(tick), NEVER).pipe(share()).subscribe(boom)],
])('a throw past the guard, behind %s, is still no uncaught exception', async (_, subscribe) => {
  const { bus, warnings, healthy, healthyToo } = watched();
  subscribe(bus);
  healthyToo();
  bus.emit(tick, { n: 1 });
  await settled();
  expect(healthy).toEqual([1]);
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings.every((text) => text.endsWith('boom'))).toBe(true);
  expect(uncaught).toEqual([]);
});

test('a subscriber of warnings that throws is detached, and the others are told', async () => {
  const { bus, warnings } = watched();
  bus.events(warning, 'bad').subscribe(boom);
  bus.emit(warning, { source: 'x', message: 'first' });
  bus.emit(warning, { source: 'x', message: 'second' });
  await settled();
  expect(warnings).toEqual(['x: first', 'bad: A subscriber of warning failed and was detached: boom', 'x: second']);
  expect(uncaught).toEqual([]);
});

test.each<[string, (bus: Bus) => Observable<{ n: number }>]>([
  ['share', (bus) => bus.events(tick, 'bad').pipe(share())],
  ['merge and share', (bus) => merge(bus.events(tick, 'bad'), NEVER).pipe(share())],
])('who throws behind %s takes no other down', async (_, make) => {
  const { bus } = watched();
  const seen: number[] = [];
  const shared = make(bus);
  shared.subscribe(boom);
  shared.subscribe(({ n }) => seen.push(n));
  for (const n of [1, 2]) bus.emit(tick, { n });
  await settled();
  bus.emit(tick, { n: 3 });
  expect(seen).toEqual([1, 2, 3]);
  expect(uncaught).toEqual([]);
});

test('errors that did not come from the bus go where they went before', async () => {
  new EventBus();
  const other = new Subject<number>();
  other.subscribe(boom);
  other.next(1);
  await settled();
  expect(uncaught).toEqual([new Error('boom')]);
});

test('an error callback takes the error of an operator, and nothing is reported', () => {
  const { bus, warnings } = watched();
  const errors: unknown[] = [];
  bus
    .events(tick)
    .pipe(map(boom))
    .subscribe({ error: (error) => errors.push(error) });
  bus.emit(tick, { n: 1 });
  expect([errors, warnings]).toEqual([[new Error('boom')], []]);
});

test('close completes every subscription; a throwing completion or teardown stops none', async () => {
  const bus = new EventBus();
  const completed: string[] = [];
  bus.events(tick).pipe(finalize(boom)).subscribe();
  bus.events(tick).subscribe({ complete: boom });
  bus
    .events(tick)
    .pipe(map((e) => e.n))
    .subscribe({ complete: () => completed.push('piped') });
  bus.events(tick).subscribe({ complete: () => completed.push('plain') });
  bus.close();
  bus.emit(tick, { n: 1 });
  bus.events(tick).subscribe({ complete: () => completed.push('late') });
  await settled();
  expect(completed).toEqual(['piped', 'plain', 'late']);
  expect(uncaught).toEqual([]);
});

test('take ends a subscription, and unsubscribing ends it too', () => {
  const bus = new EventBus();
  const seen: number[] = [];
  bus
    .events(tick)
    .pipe(take(1))
    .subscribe(({ n }) => seen.push(n));
  const subscription = bus.events(tick).subscribe(({ n }) => seen.push(n * 10));
  bus.emit(tick, { n: 1 });
  subscription.unsubscribe();
  bus.emit(tick, { n: 2 });
  expect(seen).toEqual([1, 10]);
});

test('two buses share nothing', () => {
  const [one, two] = [new EventBus(), new EventBus()];
  const seen: number[] = [];
  two.events(tick).subscribe(({ n }) => seen.push(n));
  one.emit(tick, { n: 1 });
  expect(seen).toEqual([]);
});
