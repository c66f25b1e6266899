// node dist/load-test.js [RUN] [IMAGES] [REQUESTS]: starts the service and loads it with 1, 8, 32 and 200 senders at once; prints throughput, p50, p99.
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadEncoder } from '@mochi/mochi';
import { createService, DEFAULTS } from './service.js';

const [path = 'mochi.yaml', folder = 'images', requests = '400'] = process.argv.slice(2);
const isImage = (name: string): boolean => /\.(jpe?g|png|webp)$/i.test(name);
const names = (readdirSync(folder, { recursive: true }) as string[]).filter(isImage);
const images = names.slice(0, 200).map((name) => readFileSync(join(folder, name)));
const encoder = await loadEncoder(path);
const { server, close } = createService(encoder);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/embed`;

interface Answer {
  readonly status: number;
  readonly ms: number;
}

async function ask(at: number): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(images[at % images.length]!) });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - started };
}

/** Every sender asks again as soon as it is answered. */
async function load(senders: number, total: number): Promise<void> {
  const answers: Answer[] = [];
  let next = 0;
  const started = performance.now();
  const sender = async (): Promise<void> => {
    while (next < total) answers.push(await ask(next++));
  };
  await Promise.all(Array.from({ length: senders }, sender));
  const seconds = (performance.now() - started) / 1000;
  const done = answers.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const refused = answers.filter(({ status }) => status === 503).length;
  const at = (share: number): string => (done.sort((a, b) => a - b)[Math.floor(share * (done.length - 1))] ?? NaN).toFixed(0);
  console.log(
    `${String(senders).padStart(4)} senders: ${(done.length / seconds).toFixed(0).padStart(4)} images/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ` +
      `${refused} of ${answers.length} refused (503)`,
  );
}

for (let size = 1; size <= DEFAULTS.maxBatch; size *= 2) await Promise.all(Array.from({ length: size }, (_, at) => ask(at))); // compiled, warm
for (const senders of [1, 8, 32, 200]) await load(senders, Number(requests));
await close();
await encoder.dispose();
