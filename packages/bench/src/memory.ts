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

function childrenOf(pid: number): number[] {
  const direct = (read(`/proc/${pid}/task/${pid}/children`) ?? '').trim().split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}

function privateKib(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  return kibOf(rollup, 'Private_Clean') + kibOf(rollup, 'Private_Dirty');
}
