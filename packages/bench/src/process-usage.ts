import { readFileSync } from 'node:fs';

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // it has ended, or this is no Linux
  }
};

const kibOf = (text: string | null, field: string): number =>
  Number(text?.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0);

/**
 * The most resident memory that a process ever held, MiB, and on top what its children hold now and share with nobody (data workers).
 * Null where /proc does not say.
 */
export function peakMemoryMiB(pid: number): number | null {
  const own = kibOf(read(`/proc/${pid}/status`), 'VmHWM');
  if (own === 0) return null;
  return (own + childrenOf(pid).reduce((sum, child) => sum + privateKib(child), 0)) / 1024;
}

/** Processor seconds that a process and its children have used so far. Null where /proc does not say. */
export function processorSeconds(pid: number): number | null {
  const all = [pid, ...childrenOf(pid)].map((each) => read(`/proc/${each}/stat`));
  if (all[0] === null) return null;
  return all.reduce((sum, stat) => sum + (stat === null ? 0 : ticksOf(stat)), 0) / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = 100; // of every Linux that Node runs on

/** Time in user and in system mode: fields 14 and 15, counted after the name, which may hold spaces. */
function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function childrenOf(pid: number): number[] {
  const direct = (read(`/proc/${pid}/task/${pid}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}

function privateKib(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  return kibOf(rollup, 'Private_Clean') + kibOf(rollup, 'Private_Dirty');
}
