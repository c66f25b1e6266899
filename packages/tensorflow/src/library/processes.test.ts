import { spawn } from 'node:child_process';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { CC, filesIn, makeSandbox, temporaryFolder, until, type Sandbox } from '../../test/library/fixtures.js';
import { ensureLibrary } from './ensure.js';
import { withLock } from './lock.js';
import type { LibraryLocation } from './types.js';

/** The worker out of the sources, as one file that Node runs. */
async function buildWorker(): Promise<string> {
  const outfile = join(await temporaryFolder(), 'worker.mjs');
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }; // for CommonJS inside
  const entry = fileURLToPath(new URL('../../test/library/worker.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@mochi/source'],
    banner,
  });
  return outfile;
}

/** Starts a worker, whose pip ends once there is such a file. */
function start(worker: string, { surroundings }: Sandbox, pipUntil: string) {
  const { stderr: _, freeBytes: __, ...plain } = surroundings;
  const env = {
    ...process.env,
    SURROUNDINGS: JSON.stringify({ ...plain, env: { ...surroundings.env, FAKE_PIP_UNTIL: pipUntil } }),
  };
  const child = spawn(process.execPath, [worker], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (seen.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (seen.stderr += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, seen, ended };
}

test('three processes at once: one installs, the others wait and find it', async () => {
  const sandbox = await makeSandbox();
  const worker = await buildWorker();
  const enough = join(sandbox.folder, 'enough');
  const runs = [1, 2, 3].map(() => start(worker, sandbox, enough));
  const waiting = () => runs.filter(({ seen }) => seen.stderr.includes('waiting for process'));
  await until(() => waiting().length === 2 || runs.some(({ child }) => child.exitCode !== null));
  await writeFile(enough, '');
  expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  const locations = runs.map(({ seen }) => JSON.parse(seen.stdout) as LibraryLocation);
  expect(locations.map(({ source }) => source).sort()).toEqual(['cache', 'cache', 'wheel']);
  expect(await sandbox.pipCalls()).toHaveLength(1);
  expect(waiting()).toHaveLength(2);
});

test('a process that was killed leaves nothing that hinders the next', async () => {
  const sandbox = await makeSandbox();
  const run = start(await buildWorker(), sandbox, join(sandbox.folder, 'never'));
  await until(async () => (await sandbox.pipCalls()).length === 1);
  expect(await filesIn(sandbox.cache)).toContain('lock');
  run.child.kill('SIGKILL');
  await run.ended;
  const { ccPath } = await ensureLibrary({ surroundings: sandbox.surroundings });
  expect((await readFile(ccPath)).equals(CC)).toBe(true);
  expect((await filesIn(sandbox.cache)).filter((path) => !path.startsWith('tensorflow-cpu-2.21.0/'))).toEqual([]);
});

const nobody = (pid: number) => expect.fail(`waited for ${pid}`);

test.each([
  { name: 'of a process that is gone', holder: JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), id: 'gone' }), ageMs: 0 },
  {
    name: 'that nobody touched for long, its pid in use by another',
    holder: JSON.stringify({ pid: process.pid, host: hostname(), id: 'old' }),
    ageMs: 120_000,
  },
  {
    name: 'of another machine that nobody touched for long',
    holder: JSON.stringify({ pid: 1, host: 'elsewhere', id: 'old' }),
    ageMs: 120_000,
  },
  { name: 'cut short by a crash', holder: '{"pid":', ageMs: 120_000 },
])('a lock $name is taken over', async ({ holder, ageMs }) => {
  const path = join(await temporaryFolder(), 'lock');
  await writeFile(path, holder);
  await utimes(path, new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
  expect(await withLock(path, nobody, () => Promise.resolve('done'))).toBe('done');
  expect(await filesIn(dirname(path))).toEqual([]);
});

test('a lock of a living process is waited for', async () => {
  const path = join(await temporaryFolder(), 'lock');
  const order: string[] = [];
  const work = (name: string, during: () => Promise<unknown>) => async () => {
    order.push(`${name} begins`);
    await during();
    order.push(`${name} ends`);
  };
  const waited: number[] = [];
  let second: Promise<void> | undefined;
  const untilWaitedFor = async () => {
    second = withLock(
      path,
      (pid) => waited.push(pid),
      work('second', () => sleep(0)),
    );
    await until(() => waited.length > 0 || order.includes('second begins'));
  };
  await withLock(path, nobody, work('first', untilWaitedFor));
  await second;
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  expect(waited).toEqual([process.pid]);
});

test('work that fails frees the lock', async () => {
  const path = join(await temporaryFolder(), 'lock');
  await expect(withLock(path, nobody, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(path, nobody, () => Promise.resolve(1))).toBe(1);
});

test('waiting ends when it is aborted', async () => {
  const path = join(await temporaryFolder(), 'lock');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), id: 'alive' }));
  const abort = new AbortController();
  const waiting = withLock(
    path,
    () => abort.abort(),
    () => Promise.resolve(),
    abort.signal,
  );
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
