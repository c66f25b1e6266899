import type { Names } from '@mochi/contract';
import { breathe } from './breathe.js';

/** 32-bit FNV-1a over UTF-16 code units, then a finaliser: names that differ in one letter land far apart. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) h = Math.imul(h ^ text.charCodeAt(at), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const CHUNK = 20_000;

/** Indices of each class in rising order of the hashes of their names. @param length Of `names`. */
async function hashedOrder(
  names: Iterable<string>,
  length: number,
  labels: Int32Array | undefined,
  seed: number,
): Promise<Int32Array[]> {
  const hashes = new Uint32Array(length);
  let at = 0;
  for (const name of names) {
    hashes[at] = hash(name, seed);
    if (++at % CHUNK === 0) await breathe();
  }
  const sorted: Int32Array[] = [];
  for (const group of groupsOf(length, labels)) {
    sorted.push(sortByHash(group, hashes));
    await breathe();
  }
  return sorted;
}

/** Indices of each class, rising. */
function groupsOf(length: number, labels: Int32Array | undefined): Int32Array[] {
  if (!labels) return [Int32Array.from({ length }, (_, at) => at)];
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const groups = new Map([...counts].map(([label, count]) => [label, { indices: new Int32Array(count), next: 0 }]));
  labels.forEach((label, at) => {
    const group = groups.get(label)!;
    group.indices[group.next++] = at;
  });
  return [...groups.values()].map(({ indices }) => indices);
}

/** Equal hashes keep the order of their indices. */
function sortByHash(group: Int32Array, hashes: Uint32Array): Int32Array {
  // Hash above, place in the group below: one native sort of whole numbers, where a comparator would be called for each pair.
  const keys = new BigUint64Array(group.length);
  const words = new Uint32Array(keys.buffer);
  group.forEach((index, place) => {
    words[2 * place] = place;
    words[2 * place + 1] = hashes[index]!;
  });
  keys.sort();
  return group.map((_, rank) => group[words[2 * rank]!]!);
}

/**
 * Splits samples into those to train on and those held out, class by class: of each class the `share` whose names hash lowest. A name's
 * hash depends on nothing else, so adding images moves few of the others, and the run's seed moves none.
 *
 * @param names One per sample, unique. @param labels Class of each, or absent: one class. @param share In [0, 1).
 * @returns Indices in rising order. A class of two or more images gives at least one to each side where share > 0.
 */
export async function holdOut(
  names: Names,
  labels: Int32Array | undefined,
  share: number,
  seed: number,
): Promise<{ train: Int32Array; test: Int32Array }> {
  const out = new Uint8Array(names.length);
  for (const group of await hashedOrder(names, names.length, labels, seed)) {
    const wanted = Math.round(group.length * share);
    const count = share <= 0 || group.length < 2 ? 0 : Math.min(Math.max(wanted, 1), group.length - 1);
    for (const at of group.subarray(0, count)) out[at] = 1;
  }
  return { train: indicesOf(out, 0), test: indicesOf(out, 1) };
}

/**
 * A share of the samples of each class, at least one: those whose names hash lowest. A larger share keeps what a smaller one does.
 *
 * @param source Its names are those of `describe`. @returns Indices in rising order.
 */
export async function keepFraction(
  source: { readonly length: number; readonly labels?: Int32Array; describe(index: number): string },
  share: number,
  seed: number,
): Promise<Int32Array> {
  const kept = new Uint8Array(source.length);
  const names = (function* () {
    for (let at = 0; at < source.length; at++) yield source.describe(at);
  })();
  // Another stream than what is held out: a fraction of what `holdout` left is no biased draw.
  for (const group of await hashedOrder(names, source.length, source.labels, seed ^ 0x5bd1e995)) {
    for (const at of group.subarray(0, Math.max(1, Math.round(group.length * share)))) kept[at] = 1;
  }
  return indicesOf(kept, 1);
}

function indicesOf(flags: Uint8Array, wanted: number): Int32Array {
  const indices = new Int32Array(flags.reduce((sum, flag) => sum + (flag === wanted ? 1 : 0), 0));
  let next = 0;
  flags.forEach((flag, at) => {
    if (flag === wanted) indices[next++] = at;
  });
  return indices;
}
