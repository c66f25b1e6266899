import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mochi-pipeline-'));
const photos = join(folder, 'photos');
// The example's own config with views, a network and a bank small enough for a test.
const small = [
  'augment={name: custom, size: 16}',
  'encoder={name: resnet10, stem: small, width: 4, stages: 2}',
  'bank.capacity=32',
  'sampler=uniform',
  'train.batchSize=4',
];

beforeAll(() => writeImages(photos, 24, 40));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param stopAt When this has been said, SIGTERM goes to this process alone, as a supervisor sends it: what it started is to be told by it, and waited for. */
function run(
  command: string,
  args: readonly string[],
  stopAt?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; said: string }> {
  const child = spawn(command, args, { cwd: here, env: { ...process.env, ...env } });
  let said = '';
  let stopped = false;
  const hear = (part: Buffer): void => {
    said += part.toString();
    if (stopAt === undefined || stopped || !said.includes(stopAt)) return;
    stopped = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  // Who is stopped has to have waited for what it started; of others all has been heard once their pipes are closed.
  return new Promise((resolve) => child.on(stopAt === undefined ? 'close' : 'exit', (code) => resolve({ code, said })));
}

const hasMake = existsSync('/usr/bin/make') || existsSync('/bin/make');
function make(out: string, epochs: number, more: readonly string[] = [], stopAt?: string) {
  const options = [...small, `train.epochs=${epochs}`].map((option) => `'${option}'`).join(' ');
  return run('make', [`PHOTOS=${photos}`, `OUT=${out}`, `OPTIONS=${options}`, ...more], stopAt);
}

test.skipIf(!hasMake)('make: cut short, it goes on; done, it does nothing; a gate that is not met stops it', async () => {
  const out = join(folder, 'made');
  const cut = await make(out, 5000, [], 'step 1');
  expect(cut.code, cut.said).not.toBe(0);
  expect(existsSync(join(out, 'measured.json'))).toBe(false);
  const summary = () => JSON.parse(readFileSync(join(out, 'run', 'summary.json'), 'utf8')) as { outcome: string; step: number };
  const { outcome, step } = summary();
  expect(outcome).toBe('stopped');
  const epochs = Math.floor(step / 6) + 2; // 6 steps each
  const stuck = await make(out, epochs, ['LEAST=1000']);
  expect(stuck.code, stuck.said).not.toBe(0);
  expect(stuck.said).toContain('less than 1000');
  expect(stuck.said).toContain(`resumed after step ${step.toLocaleString('en')}`);
  expect(summary()).toMatchObject({ outcome: 'finished', step: 6 * epochs });
  const passed = await make(out, epochs);
  expect(passed.code, passed.said).toBe(0);
  const { mtimeMs } = statSync(join(out, 'features.parquet'));
  expect((await make(out, epochs)).said).toContain('Nothing to be done');
  expect(statSync(join(out, 'features.parquet')).mtimeMs).toBe(mtimeMs);
  const measured = JSON.parse(readFileSync(join(out, 'measured.json'), 'utf8')) as { results: Record<string, { value: number }> };
  expect(measured.results['representation/rankme']!.value).toBeGreaterThan(1);
});

test('npm run train: SIGTERM to npm reaches mochi, which has saved when npm ends', async () => {
  const out = join(folder, 'scripted');
  const options = [...small, 'train.epochs=5000'];
  const env = { PHOTOS: photos, OUT: out };
  const cut = await run('npm', ['run', '-s', 'train', '--', ...options], 'step 1', env);
  expect(cut.code, cut.said).toBe(143);
  expect(JSON.parse(readFileSync(join(out, 'run', 'summary.json'), 'utf8'))).toMatchObject({ outcome: 'stopped' });
  expect(existsSync(join(out, 'run', 'run.lock'))).toBe(false);
});

test('the gate says what is missing', async () => {
  const { code, said } = await run('node', ['gate.mjs', join(here, 'package.json'), 'knn/top1', '1']);
  expect(code).toBe(1);
  expect(said).toContain('no results');
});
