import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { MochiError } from '@mochi/contract';
import { messageOf } from '../errors.js';
import { placeText, type Place } from './node.js';

/** @param shown The path as errors have it. */
export const configNotFound = (path: string, shown: string, from?: string) =>
  new MochiError('MOCHI_CONFIG_NOT_FOUND', {
    happened: `There is no config file ${shown}${from ? `, which ${from} extends` : ''}.`,
    expected: 'a .yaml, .yml, .json, .ts, .mts, .js or .mjs file',
    fix: `${beside(path)}Correct the path; it is relative to the folder that the command runs in, or to the file that names it.`,
  });

/** A file of the same name and another ending. */
function beside(path: string): string {
  const stem = path.slice(0, path.length - extname(path).length);
  const found = ['.yaml', '.yml', '.json', '.ts'].map((ending) => stem + ending).find((file) => existsSync(file));
  return found === undefined ? '' : `There is ${basename(found)} beside it. `;
}

export const configUnreadable = (place: Place, why: string, cause?: unknown) =>
  new MochiError(
    'MOCHI_CONFIG_UNREADABLE',
    {
      happened: `${placeText(place)}: the config cannot be read: ${why}`,
      expected: 'YAML, JSON, or a module whose default export is the config',
      fix: 'Correct it at the place named.',
    },
    cause === undefined ? undefined : { cause },
  );

export const configModuleFailed = (path: string, cause: unknown) =>
  configUnreadable({ source: path }, `it threw: ${messageOf(cause)}`, cause);

export const unknownPreset = (name: string, from: string, known: readonly string[], suggestion?: string) =>
  new MochiError('MOCHI_UNKNOWN_PRESET', {
    happened: `${from} extends "${name}", which is no preset and no path.${suggestion ? ` Did you mean "${suggestion}"?` : ''}`,
    expected: `one of ${known.join(', ') || '(no presets)'}, or a path such as ./base.yaml`,
    fix: suggestion ? `Write "extends: ${suggestion}".` : 'Name a preset, or start the path with "./".',
  });

export const configCycle = (chain: readonly string[]) =>
  new MochiError('MOCHI_CONFIG_CYCLE', {
    happened: `Configs extend each other in a circle: ${chain.join(' -> ')}.`,
    expected: 'a chain that ends',
    fix: 'Take one "extends" out.',
  });
