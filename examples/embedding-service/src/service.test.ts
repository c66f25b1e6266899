import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embed, loadEncoder, type LoadedEncoder } from '@mochi/mochi';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { writeFileSync } from 'node:fs';
import { Batcher } from './batcher.js';
import { createService, DEFAULTS, type Service } from './service.js';
import { warmUp } from './warm-up.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-service-'));
const config = join(folder, 'mochi.yaml');
let encoder: LoadedEncoder;
let service: Service;
let url: string;

beforeAll(async () => {
  await writeImages(join(folder, 'images'), 6, 100);
  const sections = {
    data: { name: 'image-folder', root: join(folder, 'images') },
    augment: { name: 'moco-v2', size: 16 },
    encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
    method: 'moco-v2',
    bank: { name: 'fifo', capacity: 32 },
    sampler: 'uniform',
    optimizer: { name: 'sgd', rate: 0.05 },
    train: { batchSize: 4 },
  };
  writeFileSync(config, stringify(sections));
  encoder = await loadEncoder(config);
  service = createService(encoder, { ...DEFAULTS, maxBytes: 200_000 });
  service.server.keepAliveTimeout = 0; // no connection ends between two tests
  await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(service.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await service.close();
  await encoder.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const post = (body: Uint8Array) => fetch(`${url}/embed`, { method: 'POST', body: new Uint8Array(body) });

test('warming up works on every size that a batch is filled up to', async () => {
  expect([...(await warmUp(encoder, 4)).keys()]).toEqual([1, 2, 4]);
  expect([...(await warmUp(encoder, 5)).keys()]).toEqual([1, 2, 4, 8]); // five are filled up to eight
});

test('many senders at once get what embed gives for a whole folder, and a broken image spoils no other', async () => {
  const names = (readdirSync(join(folder, 'images'), { recursive: true }) as string[]).filter((name) => name.endsWith('.png'));
  const files = names.map((name) => readFileSync(join(folder, 'images', name)));
  const [broken, ...answers] = await Promise.all([post(Buffer.from('no image')), ...files.map(post)]);
  expect(broken!.status).toBe(422);
  const table = await embed(config);
  for (const [at, answer] of answers.entries()) {
    const { features } = (await answer.json()) as { features: number[] };
    const row = table.names.indexOf(names[at]!);
    const want = table.features.subarray(row * table.dim, (row + 1) * table.dim);
    expect(features).toBeAllClose(Array.from(want), { rtol: 1e-3, atol: 1e-3 });
  }
});

test('what cannot be answered says why', async () => {
  expect((await post(new Uint8Array(300_000))).status).toBe(413);
  expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
  const health = (await (await fetch(`${url}/health`)).json()) as object;
  expect(health).toMatchObject({ encoder: 'resnet10', size: 16, queued: 0, done: { items: 7 } });
});

test('beyond its queue the service refuses at once and says when to come back; who does is answered', async () => {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const busy = { ...encoder, embedSettled: (images: readonly Uint8Array[]) => gate.then(() => encoder.embedSettled(images)) };
  const small = createService(busy as LoadedEncoder, { ...DEFAULTS, maxBatch: 1, maxQueued: 1 });
  await new Promise<void>((resolve) => small.server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(small.server.address() as AddressInfo).port}/embed`;
  const image = readFileSync(join(folder, 'images', 'even', '000.png'));
  const ask = () => fetch(address, { method: 'POST', body: new Uint8Array(image) });
  let answered = 0;
  const counted = async () => {
    const answer = await ask();
    if (++answered === 18) open(); // of the other two one is worked on, and one waits
    return answer;
  };
  const answers = await Promise.all(Array.from({ length: 20 }, counted));
  const refused = answers.filter(({ status }) => status === 503);
  expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([2, 18]);
  for (const answer of refused) {
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toEqual({ error: '1 items wait already' });
  }
  expect((await ask()).status).toBe(200);
  await small.close();
});

test('batches grow while one is worked on, and a full queue refuses', async () => {
  const sizes: number[] = [];
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const work = async (items: readonly number[]) => {
    sizes.push(items.length);
    await gate;
    return items.map((item) => ({ status: 'fulfilled' as const, value: item * 2 }));
  };
  const batcher = new Batcher(work, { maxBatch: 3, maxWaitMs: 0, maxQueued: 4 });
  const first = [1, 2, 3].map((item) => batcher.submit(item));
  const waiting = [4, 5, 6, 7].map((item) => batcher.submit(item));
  await expect(batcher.submit(8)).rejects.toThrow('4 items wait already');
  open();
  expect(await Promise.all([...first, ...waiting])).toEqual([2, 4, 6, 8, 10, 12, 14]);
  await batcher.drained();
  expect(sizes).toEqual([3, 3, 1]);
});
