import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRACKER, stepEnd, type Host, type RunEvent, type Tracker } from '@mochi/contract';
import { Subject } from 'rxjs';
import { afterAll, expect, test, vi } from 'vitest';
import { at, BrokenPipe, Screen, shortRun } from '../../test/events.js';
import { jsonPlugin, jsonlPlugin, progressPlugin, JsonTracker, toJsonLine } from '../index.js';
import { jsonlConfig } from './config.js';
import { JsonlTracker } from './jsonl-tracker.js';

const root = mkdtempSync(join(tmpdir(), 'mochi-trackers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const parse = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

async function write(runDir: string | null, events: readonly RunEvent[], options: object = {}): Promise<string[]> {
  const warnings: string[] = [];
  const subject = new Subject<RunEvent>();
  const tracker = new JsonlTracker(jsonlConfig.parse(options), (message) => warnings.push(message));
  tracker.start({ name: 'a', runDir, config: {} });
  tracker.record(subject);
  for (const event of events) subject.next(event);
  await tracker.close();
  expect(subject.observed).toBe(false);
  return warnings;
}

test('every event is a line, whole and in order, once the tracker is closed', async () => {
  const runDir = join(root, 'new', 'run'); // made by the tracker where it is missing
  expect(await write(runDir, shortRun())).toEqual([]);
  expect(parse(readFileSync(join(runDir, 'events.jsonl'), 'utf8'))).toEqual(shortRun());
});

test('a resumed run appends, and ends a line that a crash left unfinished', async () => {
  const runDir = join(root, 'resumed');
  await write(runDir, shortRun().slice(0, 3));
  writeFileSync(join(runDir, 'events.jsonl'), '{"type":"step-e', { flag: 'a' });
  await write(runDir, shortRun().slice(3));
  const lines = readFileSync(join(runDir, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines[3]).toBe('{"type":"step-e');
  expect(parse([...lines.slice(0, 3), ...lines.slice(4)].join('\n'))).toEqual(shortRun());
});

test('lines reach the disk while the run goes on', async () => {
  const runDir = join(root, 'running');
  const subject = new Subject<RunEvent>();
  const tracker = new JsonlTracker(jsonlConfig.parse({ flushSeconds: 0.01 }), () => {});
  tracker.start({ name: 'a', runDir, config: {} });
  tracker.record(subject);
  subject.next(shortRun()[0]!);
  await vi.waitFor(() => expect(readFileSync(join(runDir, 'events.jsonl'), 'utf8')).toContain('run-start'), { timeout: 30_000 });
  await tracker.close();
});

test('more than a megabyte between two flushes is written whole', async () => {
  const runDir = join(root, 'much');
  const events = Array.from({ length: 40 }, (_, step) => ({
    ...at(step, stepEnd, { step, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1 }),
    note: 'x'.repeat(60_000),
  }));
  await write(runDir, events, { flushSeconds: 60 });
  expect(parse(readFileSync(join(runDir, 'events.jsonl'), 'utf8'))).toEqual(events);
});

test('a run without a folder is told once, and nothing is written', async () => {
  expect(await write(null, shortRun())).toEqual([expect.stringContaining('no folder')]);
});

test('a folder that cannot be written is reported once and throws nothing', async () => {
  writeFileSync(join(root, 'file'), 'not a folder');
  expect(await write(join(root, 'file', 'run'), shortRun())).toEqual([expect.stringContaining('no longer written')]);
  mkdirSync(join(root, 'taken', 'events.jsonl'), { recursive: true });
  expect(await write(join(root, 'taken'), shortRun())).toEqual([expect.stringContaining('no longer written')]);
});

test('what comes after close is not written', async () => {
  const runDir = join(root, 'closed');
  const subject = new Subject<RunEvent>();
  const tracker = new JsonlTracker(jsonlConfig.parse({}), () => {});
  tracker.start({ name: 'a', runDir, config: {} });
  tracker.record(subject);
  await tracker.close();
  subject.next(shortRun()[0]!);
  await tracker.close(); // twice is once
  expect(readFileSync(join(runDir, 'events.jsonl'), 'utf8')).toBe('');
});

test('numbers that JSON lacks keep their meaning, and an event that cannot be written keeps its type', () => {
  expect(
    JSON.parse(
      toJsonLine({ type: 'x', time: 1, loss: NaN, rate: -Infinity, big: 2n ** 60n, row: new Float32Array([1, NaN]) } as RunEvent),
    ),
  ).toEqual({
    ...{ type: 'x', time: 1, loss: 'NaN', rate: '-Infinity' },
    ...{ big: '1152921504606846976', row: [1, 'NaN'] },
  });
  const cycle = { type: 'x', time: 2 } as RunEvent & { self?: unknown };
  Object.assign(cycle, { self: cycle });
  expect(JSON.parse(toJsonLine(cycle))).toMatchObject({ type: 'x', time: 2, notWritten: expect.stringContaining('circular') });
});

test('json: events go out one a line', async () => {
  const screen = new Screen();
  const subject = new Subject<RunEvent>();
  const tracker = new JsonTracker(screen);
  tracker.start();
  tracker.record(subject);
  for (const event of shortRun()) subject.next(event);
  await tracker.close();
  expect(parse(screen.text)).toEqual(shortRun());
  expect(subject.observed).toBe(false);
});

test('json: a reader that goes away stops nothing', async () => {
  const subject = new Subject<RunEvent>();
  const tracker = new JsonTracker(new BrokenPipe());
  tracker.record(subject);
  for (const event of shortRun()) subject.next(event);
  await new Promise((done) => setImmediate(done));
  await tracker.close();
});

test('the plugins provide trackers', async () => {
  const made: Tracker[] = [];
  const host = {
    log: { warn: () => {} },
    provide: (token: unknown, make: () => Tracker) => token === TRACKER && made.push(make()),
  } as unknown as Host;
  await progressPlugin.setup(host, progressPlugin.config.parse({}));
  await jsonlPlugin.setup(host, jsonlConfig.parse({}));
  await jsonPlugin.setup(host, jsonPlugin.config.parse({}));
  expect(made).toHaveLength(3);
  await made[1]!.start({ name: 'a', runDir: join(root, 'plugin'), config: {} });
  for (const tracker of made) await tracker.close();
  expect(existsSync(join(root, 'plugin', 'events.jsonl'))).toBe(true);
  expect(() => jsonlConfig.parse({ flie: 'x' })).toThrow(/flie/);
});
