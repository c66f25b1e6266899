import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '@mochi/contract';
import { train } from '@mochi/mochi';
import { trackerConformance, writeImages } from '@mochi/testing';
import { Subject } from 'rxjs';
import { afterAll, expect, test } from 'vitest';
import { webhookPlugin } from './plugin.js';
import { toJson } from './to-json.js';
import { WebhookTracker } from './webhook-tracker.js';

/** What came in. `answer`: the status of each message. */
const bodies: { run: string; event: RunEvent }[] = [];
let answer = 200;
const server = createServer((request: IncomingMessage, response) => {
  void text(request).then((body) => {
    bodies.push(JSON.parse(body) as (typeof bodies)[0]);
    response.writeHead(answer).end();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const nobody = 'http://127.0.0.1:1/hook';
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

trackerConformance(webhookPlugin, { url, seconds: 60 });
trackerConformance(webhookPlugin, { url: nobody, seconds: 60 }); // nobody listens there: a run must not mind

const event = (type: string, step: number) => ({ type, step, time: 0 }) as RunEvent;

/** Sends so many events and closes. @returns what was told. */
async function send(count: number, options: object): Promise<string[]> {
  const warnings: string[] = [];
  const tracker = new WebhookTracker({ url, events: ['step-end'], queue: 100, seconds: 60, ...options }, (message) =>
    warnings.push(message),
  );
  const events = new Subject<RunEvent>();
  bodies.length = 0;
  tracker.start({ name: 'mine', runDir: null, config: {} });
  tracker.record(events);
  for (let step = 1; step <= count; step++) events.next(event('step-end', step));
  events.next(event('epoch-end', 0));
  await tracker.close();
  return warnings;
}

test('chosen events arrive in order, with the name of the run', async () => {
  expect(await send(3, {})).toEqual([]);
  expect(bodies).toEqual([1, 2, 3].map((step) => ({ run: 'mine', event: event('step-end', step) })));
});

test('what waits too long is dropped from the front, and told once', async () => {
  const [first, ...more] = await send(50, { queue: 5 });
  expect([first, more]).toEqual([expect.stringContaining('slower than the run'), []]);
  expect(bodies.at(-1)!.event).toEqual(event('step-end', 50));
  expect(bodies.length).toBeLessThan(50);
});

test('a server that refuses, and one that is not there, are told once', async () => {
  answer = 500;
  expect(await send(3, {})).toEqual([expect.stringContaining('answers 500')]);
  answer = 200;
  expect(await send(3, { url: nobody })).toEqual([expect.stringContaining('cannot be reached')]);
});

test('numbers that JSON lacks, and what holds itself', () => {
  const circle: Record<string, unknown> = { twice: { a: 1 } };
  Object.assign(circle, { itself: circle, again: circle['twice'], big: 2n ** 60n, nan: NaN });
  expect(JSON.parse(toJson({ circle }))).toEqual({
    circle: { twice: { a: 1 }, itself: '(itself)', again: { a: 1 }, big: '1152921504606846976', nan: 'NaN' },
  });
});

test('a run with it posts its start and its end', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mochi-webhook-'));
  await writeImages(root, 12);
  bodies.length = 0;
  await train({
    name: 'posted',
    plugins: [fileURLToPath(new URL('./plugin.ts', import.meta.url))],
    data: { name: 'image-folder', root },
    augment: { name: 'custom', size: 16 }, // a crop alone, which compiles soon
    encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
    method: { name: 'moco-v2', batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 32 },
    sampler: 'uniform',
    optimizer: { name: 'sgd', rate: 0.05 },
    train: { steps: 2, batchSize: 4 },
    trackers: [{ name: 'acme-webhook', url, events: ['run-start', 'run-end'], seconds: 120 }],
  });
  expect(bodies.map(({ run, event: { type } }) => [run, type])).toEqual([
    ['posted', 'run-start'],
    ['posted', 'run-end'],
  ]);
  rmSync(root, { recursive: true });
});
