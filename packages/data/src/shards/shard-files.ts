import { statSync } from 'node:fs';
import { glob, isDynamicPattern } from 'tinyglobby';
import { sortNames } from '../breathe.js';
import { dataMissing, type Origin } from '../file-errors.js';

/**
 * The shards that paths name, each once: a path with braces names every one of them (`train-{000..146}.tar`), one with `*` or `?` those that
 * are there, sorted.
 *
 * @throws MOCHI_DATA_MISSING names shards that are not there, and patterns that match none.
 */
export async function shardFiles(origin: Origin, paths: string | readonly string[]): Promise<string[]> {
  const files: string[] = [];
  const missing: string[] = [];
  for (const path of [paths].flat().flatMap((name) => expandBraces(name))) {
    if (statSync(path, { throwIfNoEntry: false })) files.push(path);
    else {
      const found = isDynamicPattern(path) ? await glob(path, { expandDirectories: false, absolute: path.startsWith('/') }) : [];
      if (found.length === 0) missing.push(path);
      files.push(...(await sortNames(found)));
    }
  }
  if (missing.length > 0) throw dataMissing(origin, 'data.path', missing);
  return [...new Set(files)];
}

/**
 * Braces of a shell: `a{0..2}` is a0, a1, a2, with as many digits as written (`{000..146}`); `{a,b}` is a and b.
 *
 * @returns The path itself where it has none.
 */
export function expandBraces(path: string): string[] {
  const braces = /\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}/.exec(path);
  if (!braces) return [path];
  const [whole, first, last, list] = braces;
  const [before, after] = [path.slice(0, braces.index), path.slice(braces.index + whole.length)];
  const parts = list === undefined ? numbers(first!, last!) : list.split(',');
  return parts.flatMap((part) => expandBraces(before + part + after));
}

function numbers(first: string, last: string): string[] {
  const digits = first.startsWith('0') ? first.length : 1;
  const length = Math.max(0, Number(last) - Number(first) + 1);
  return Array.from({ length }, (_, at) => String(Number(first) + at).padStart(digits, '0'));
}
