import type { Rng } from '@mochi/contract';
import { uniformDraws } from '@mochi/core';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idListUnreadable } from '../errors.js';

/**
 * A share of the labelled samples, the same share of every class and at least one of each, in ascending order.
 *
 * @param labels Class of each sample, -1 for none. @param share Above 0, at most 1. @param rng Equal streams pick equal samples.
 */
export async function pickShare(ids: Int32Array, labels: Int32Array, share: number, rng: Rng): Promise<Int32Array> {
  const byClass = new Map<number, number[]>();
  ids.forEach((id, row) => {
    if (labels[row]! >= 0) byClass.set(labels[row]!, [...(byClass.get(labels[row]!) ?? []), id]);
  });
  const draw = await uniformDraws(rng);
  const picked: number[] = [];
  for (const [, own] of [...byClass].sort(([a], [b]) => a - b)) {
    const count = Math.max(1, Math.round(own.length * share));
    for (let at = 0; at < count; at++) {
      const other = at + Math.floor(draw() * (own.length - at));
      [own[at], own[other]] = [own[other]!, own[at]!];
    }
    picked.push(...own.slice(0, count));
  }
  return Int32Array.from(picked).sort();
}

/**
 * The stored list of a share, or, where there is none yet, the one that is made, which is stored.
 *
 * @param folder Null: nothing is read or written. @throws MOCHI_ID_LIST
 */
export async function storedIds(
  folder: string | null,
  share: number,
  known: Int32Array,
  make: () => Promise<Int32Array>,
): Promise<Int32Array> {
  if (folder === null) return make();
  const path = join(folder, `ids-${share}.txt`);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text !== null) return parse(path, text, new Set(known));
  const ids = await make();
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${Array.from(ids).join('\n')}\n`);
  return ids;
}

function parse(path: string, text: string, known: ReadonlySet<number>): Int32Array {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bad = lines.find((line) => !known.has(Number(line)));
  if (bad !== undefined || lines.length === 0) throw idListUnreadable(path, bad ?? '(nothing)');
  return Int32Array.from(lines, Number);
}
