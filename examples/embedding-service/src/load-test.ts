// node dist/load-test.js [RUN] [IMAGES] [SECONDS]: starts the service as a process of its own and loads it with 1 to 300 senders, SECONDS each; prints a table.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULTS } from './service.js';

const [path = 'mochi.yaml', folder = 'images', seconds = '20'] = process.argv.slice(2);
const isImage = (name: string): boolean => /\.(jpe?g|png|webp)$/i.test(name);
const names = (readdirSync(folder, { recursive: true }) as string[]).filter(isImage);
const images = names.slice(0, 200).map((name) => readFileSync(join(folder, name)));

const service = spawn(process.execPath, [fileURLToPath(new URL('main.js', import.meta.url)), path, '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(service, 'exit') as Promise<[number | null]>;
const said = (await Promise.race([once(service.stdout, 'data'), ended.then(() => [''])])) as [Buffer | string];
const port = /port (\d+)/.exec(String(said[0]))?.[1];
if (port === undefined) throw new Error('the service did not start');
const url = `http://127.0.0.1:${port}`;

interface Answer {
  readonly status: number;
  readonly ms: number;
  /** Seconds, where the service refused. */
  readonly retryAfter: number;
}

async function ask(at: number): Promise<Answer> {
  const started = performance.now();
  const response = await fetch(`${url}/embed`, { method: 'POST', body: new Uint8Array(images[at % images.length]!) });
  await response.arrayBuffer();
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  return { status: response.status, ms: performance.now() - started, retryAfter };
}

const worked = async () => ((await (await fetch(`${url}/health`)).json()) as { done: { items: number; batches: number } }).done;

/** Every sender asks again as soon as it is answered; who is refused waits as long as it was told to. */
async function load(senders: number): Promise<(string | number)[]> {
  const answers: Answer[] = [];
  let next = 0;
  const before = await worked();
  const started = performance.now();
  const until = started + 1000 * Number(seconds);
  const sender = async (): Promise<void> => {
    while (performance.now() < until) {
      const answer = await ask(next++);
      answers.push(answer);
      if (answer.status === 503) await sleep(1000 * answer.retryAfter);
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
  const took = (performance.now() - started) / 1000;
  const after = await worked();
  const wrong = answers.find(({ status, retryAfter }) => status !== 200 && !(status === 503 && retryAfter >= 1));
  if (wrong) throw new Error(`the service answered ${wrong.status}, Retry-After ${wrong.retryAfter}`);
  const done = answers.filter(({ status }) => status === 200).map(({ ms }) => ms).sort((a, b) => a - b); // prettier-ignore
  const at = (share: number): string => (done[Math.ceil(share * done.length) - 1] ?? NaN).toFixed(0);
  const batch = (after.items - before.items) / (after.batches - before.batches);
  return [senders, (done.length / took).toFixed(0), at(0.5), at(0.99), batch.toFixed(1), answers.length - done.length, answers.length]; // prettier-ignore
}

const row = (cells: readonly (string | number)[]): void =>
  console.log(`| ${cells.map((cell) => String(cell).padStart(8)).join(' | ')} |`);
for (let size = 1; size <= DEFAULTS.maxBatch; size *= 2) await Promise.all(Array.from({ length: size }, (_, at) => ask(at))); // compiled, warm
row(['senders', 'images/s', 'p50, ms', 'p99, ms', 'a batch', 'refused', 'requests']);
row(Array.from({ length: 7 }, () => '-------:'));
for (const senders of [1, 8, 32, 100, 300]) row(await load(senders));
service.kill('SIGTERM');
const [code] = await ended;
console.log(
  `\nRefused: 503 with Retry-After. Asked to end, the service ended with ${code}. ${cpus().length} x ${cpus()[0]!.model}.`,
);
process.exitCode = code === 0 ? 0 : 1;
