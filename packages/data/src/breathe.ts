import { setImmediate } from 'node:timers/promises';

/** Lets the event loop turn once. */
export const breathe = (): Promise<void> => setImmediate();

const CHUNK = 4096;

/** Names in the order of their UTF-16 code units (the same on every machine, unlike a locale's), without holding the event loop. */
export async function sortNames(names: readonly string[]): Promise<string[]> {
  let runs: string[][] = [];
  for (let at = 0; at < names.length; at += CHUNK) {
    runs.push(names.slice(at, at + CHUNK).sort());
    if (at > 0) await breathe();
  }
  while (runs.length > 1) {
    const next: string[][] = [];
    for (let at = 0; at < runs.length; at += 2) next.push(runs[at + 1] ? await merge(runs[at]!, runs[at + 1]!) : runs[at]!);
    runs = next;
  }
  return runs[0] ?? [];
}

async function merge(a: readonly string[], b: readonly string[]): Promise<string[]> {
  const merged = new Array<string>(a.length + b.length);
  for (let i = 0, j = 0, at = 0; at < merged.length; at++) {
    const takeA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    merged[at] = takeA ? a[i++]! : b[j++]!;
    if (at % CHUNK === CHUNK - 1) await breathe();
  }
  return merged;
}
