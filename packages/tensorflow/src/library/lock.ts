import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly id: string;
}

const BEAT_MS = 5_000; // the holder touches its lock as often
const STALE_MS = 60_000; // a lock that nobody touched for as long was left behind, whatever its pid says: pids are reused
const POLL_MS = 200;

/**
 * Runs `work` while holding the lock file, waiting for another holder first. A holder that died, or hung for a minute, loses its lock.
 * Work must still be safe if two run at once (it installs aside and renames): a lock on a file system can only make that rare.
 */
export async function withLock<T>(
  path: string,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const me: Holder = { pid: process.pid, host: hostname(), id: randomUUID() };
  let told = false;
  while (!(await take(path, me))) {
    signal?.throwIfAborted();
    const holder = await readHolder(path);
    if (holder && (await isStale(path, holder))) await remove(path, holder);
    else if (holder && !told) {
      told = true;
      onWait(holder.pid);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readHolder(path))?.id === me.id) await rm(path, { force: true });
  }
}

/** Written aside and linked: whoever sees the lock sees whose it is. */
async function take(path: string, me: Holder): Promise<boolean> {
  const aside = `${path}.${me.id}`;
  await writeFile(aside, JSON.stringify(me));
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return { pid: 0, host: '', id: '' }; // cut short by a crash: only its age tells
  }
}

async function isStale(path: string, holder: Holder): Promise<boolean> {
  if (holder.host === hostname() && !isAlive(holder.pid)) return true;
  const about = await stat(path).catch(() => null);
  return about !== null && Date.now() - about.mtimeMs > STALE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives and is somebody else's
  }
}

/** Moves the lock away and looks again: between the look and the move another may have taken it, who then gets it back. */
async function remove(path: string, stale: Holder): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another was faster
  }
  if ((await readHolder(aside))?.id !== stale.id) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
