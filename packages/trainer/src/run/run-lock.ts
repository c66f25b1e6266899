import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, readFile, readlink, rename, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runBusy, runFolderDenied } from '../checkpoint/errors.js';

export const LOCK_FILE = 'run.lock';

/** Who writes to a run folder. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
  /** When the process began, in ticks since the machine did: a pid is used again, the two together are not. Null where the system does not say. */
  readonly started: string | null;
  /** Boot and process namespace: pids of others are not to be compared with ours, even where the host's name is the same. */
  readonly machine: string;
  readonly id: string;
}

export interface LockTimes {
  /** The holder touches its lock as often. Default 5 s. */
  readonly beatMs?: number;
  /** A lock of another machine that nobody touches for as long is a dead one's. Default 60 s. */
  readonly watchMs?: number;
}

/**
 * Makes a run folder where there is none, and this process the only one that writes to it. What a dead process left is taken over: on this machine that is known at once,
 * of another one after watching its lock for a minute.
 *
 * @returns Gives the folder free again. @throws MOCHI_RUN_BUSY; MOCHI_RUN_FOLDER when nothing can be written there
 */
export async function lockRun(
  runDir: string,
  { beatMs = 5_000, watchMs = 60_000 }: LockTimes = {},
): Promise<() => Promise<void>> {
  const path = join(runDir, LOCK_FILE);
  const me: LockHolder = {
    ...{ pid: process.pid, host: hostname(), since: new Date().toISOString() },
    ...{ started: await startOf(process.pid), machine: await thisMachine(), id: randomUUID() },
  };
  await mkdir(runDir, { recursive: true }).catch((cause: unknown) => denied(runDir, cause));
  while (!(await written(path, me).catch((cause: unknown) => denied(runDir, cause)))) {
    const found = await look(path);
    if (!found) continue; // given free meanwhile
    if (await isHeld(path, found, me, watchMs)) throw runBusy(runDir, path, found.holder);
    await remove(path, found);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), beatMs).unref();
  const atExit = (): void => rmSync(path, { force: true }); // a second Ctrl-C ends the process without more
  process.once('exit', atExit);
  return async () => {
    clearInterval(beat);
    process.off('exit', atExit);
    if ((await look(path))?.holder?.id === me.id) await rm(path, { force: true });
  };
}

/** What is known of a lock. */
interface Seen {
  /** Null while its process has made the file and not yet filled it, or died in between. */
  readonly holder: LockHolder | null;
  readonly touchedMs: number;
}

/** False where there is a lock already. */
async function written(path: string, me: LockHolder): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(`${JSON.stringify(me)}\n`);
    return true;
  } catch (error) {
    await rm(path, { force: true }); // the disk is full
    throw error;
  } finally {
    await file.close();
  }
}

/** Null where there is no lock. */
async function look(path: string): Promise<Seen | null> {
  const file = await open(path).catch(() => null); // opened anew: a network file system then asks its server
  if (!file) return null;
  try {
    const { mtimeMs } = await file.stat();
    return { holder: parsed(await file.readFile('utf8')), touchedMs: mtimeMs };
  } finally {
    await file.close();
  }
}

function parsed(text: string): LockHolder | null {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return null;
  }
}

async function isHeld(path: string, { holder, touchedMs }: Seen, me: LockHolder, watchMs: number): Promise<boolean> {
  if (holder?.machine === me.machine && holder.host === me.host) {
    const started = await startOf(holder.pid);
    return started === null ? me.started === null && isAlive(holder.pid) : started === holder.started;
  }
  const until = performance.now() + watchMs;
  for (let now = performance.now(); now < until; now = performance.now()) {
    await sleep(Math.min(1000, until - now));
    const later = await look(path);
    if (!later) return false;
    if (later.touchedMs !== touchedMs || later.holder?.id !== holder?.id) return true;
  }
  return false;
}

function denied(runDir: string, cause: unknown): never {
  throw runFolderDenied(runDir, cause);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives and is somebody else's
  }
}

/** Moves a dead one's lock away and looks again: another may have taken it in between, who then gets it back. */
async function remove(path: string, stale: Seen): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined); // another was faster
  const moved = await look(aside);
  if (moved?.holder && moved.holder.id !== stale.holder?.id) await written(path, moved.holder);
  await rm(aside, { force: true });
}

/** When a process began, by the kernel's count; null for one that is gone, dead and not yet collected, or where the system does not say. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may have spaces and brackets
  return !fields || fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

async function thisMachine(): Promise<string> {
  const known = [readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')];
  return (await Promise.all(known.map((each) => each.catch(() => '')))).join(' ').replace('\n', '');
}
