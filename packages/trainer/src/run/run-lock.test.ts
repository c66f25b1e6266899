import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCK_FILE, lockRun, type LockHolder } from './run-lock.js';

let runDir: string;
const lock = () => join(runDir, LOCK_FILE);
const holder = () => JSON.parse(readFileSync(lock(), 'utf8')) as LockHolder;

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'mochi-lock-'));
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

/** What a holder looks like from here, with some of it changed. */
async function left(changes: Partial<LockHolder>): Promise<void> {
  const release = await lockRun(runDir);
  const text = JSON.stringify({ ...holder(), id: 'left', ...changes });
  await release();
  writeFileSync(lock(), text);
}

test('a folder has one writer, who is named with since when; given free it is taken again', async () => {
  const release = await lockRun(runDir);
  const { pid, host, since } = holder();
  expect([pid, Math.abs(Date.parse(since) - Date.now()) < 60_000]).toEqual([process.pid, true]);
  await expect(lockRun(runDir)).rejects.toMatchObject({
    code: 'MOCHI_RUN_BUSY',
    happened: expect.stringContaining(`process ${pid} on ${host}, since ${since}`) as string,
    fix: expect.stringContaining(lock()) as string,
  });
  await release();
  expect(readdirSync(runDir)).toEqual([]);
  await (
    await lockRun(runDir)
  )();
});

test('of many who ask at once one gets it, a lock that was left behind or not', async () => {
  for (const begin of [async () => {}, () => left({ started: '1' })]) {
    await begin();
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(runDir)));
    const got = asked.filter((one) => one.status === 'fulfilled');
    expect(got).toHaveLength(1);
    await got[0]!.value();
    expect(readdirSync(runDir)).toEqual([]);
  }
});

test('a pid that another process has by now is no holder, nor is a process that is gone, nor one that is dead and not collected', async () => {
  await left({ started: '1' });
  await (
    await lockRun(runDir)
  )();
  await left({ pid: 2 ** 22 + 1 });
  await (
    await lockRun(runDir)
  )();
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
    const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
    while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await soon(); // from now on it never waits for its child
    process.kill(pid);
    while (readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z') await soon();
    await left({ pid, started: readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21]! });
    await (
      await lockRun(runDir)
    )();
  } finally {
    parent.kill();
  }
});

test.each([
  { where: 'another host', changes: { host: 'elsewhere' } },
  { where: 'another container of this host', changes: { machine: 'another' } },
])('a lock of $where is watched: held while it is touched, left behind when it is not', async ({ changes }) => {
  await left(changes);
  let minute = 0;
  const beat = setInterval(() => utimesSync(lock(), 0, (minute += 60)), 5);
  await expect(lockRun(runDir, { watchMs: 100_000 })).rejects.toMatchObject({ code: 'MOCHI_RUN_BUSY' });
  clearInterval(beat);
  await (
    await lockRun(runDir, { watchMs: 50 })
  )();
});

test('a lock that its process had no time to fill is taken over', async () => {
  writeFileSync(lock(), '');
  await (
    await lockRun(runDir, { watchMs: 50 })
  )();
  expect(existsSync(lock())).toBe(false);
});

test('a holder whose lock was taken over leaves that of the next alone, and touches its own', async () => {
  const release = await lockRun(runDir, { beatMs: 5 });
  utimesSync(lock(), 0, 0);
  while (statSync(lock()).mtimeMs === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  writeFileSync(lock(), JSON.stringify({ ...holder(), id: 'next' }));
  await release();
  expect(holder().id).toBe('next');
});
