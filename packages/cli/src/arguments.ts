import { suggest } from '@mochi/core';
import { usage } from './errors.js';

export const jsonFlag = {
  json: { type: 'boolean', default: false, description: 'print one JSON object a line, for machines' },
} as const;

/** What a config without trackers gets on the command line, where somebody looks: progress, and the events that `mochi report` reads. */
export const DEFAULTS = { trackers: ['progress', 'jsonl'] };

/** A config file and `path=value` overrides, in any order. @throws MOCHI_USAGE for a second file. */
export function splitPositionals(given: readonly string[]): { file: string | undefined; overrides: string[] } {
  const overrides = given.filter(isOverride);
  const [file, ...more] = given.filter((word) => !isOverride(word));
  if (more.length > 0)
    throw usage(
      `Two config files were given: ${[file, ...more].join(', ')}.`,
      'one config file, then overrides such as sampler=uniform',
      'Use `extends` in a config to build upon another.',
    );
  return { file, overrides };
}

const isOverride = (word: string): boolean => /^[\w.-]+=/.test(word);

/** What flags of other programs are here. */
const CONFIG_OPTIONS: Readonly<Record<string, string>> = {
  steps: 'train.steps',
  epochs: 'train.epochs',
  'batch-size': 'train.batchSize',
  lr: 'optimizer.rate',
  seed: 'seed',
};

/** citty takes any flag; a misspelt one must not be lost. @throws MOCHI_USAGE with a suggestion. */
export function requireKnownFlags(argv: readonly string[], known: readonly string[]): void {
  for (const word of argv) {
    const [, given] = /^--(?:no-)?([^=]+)/.exec(word) ?? [];
    if (given === undefined || known.includes(given)) continue;
    const near = suggest(given, known);
    throw usage(
      `There is no option --${given}.`,
      known.map((name) => `--${name}`).join(', '),
      near === undefined
        ? `See --help. Options of the config have no dashes: ${CONFIG_OPTIONS[given] ?? 'train.steps'}=VALUE.`
        : `Did you mean --${near}?`,
    );
  }
}

/** @throws MOCHI_USAGE for anything but a whole number from `least`. */
export function wholeNumber(name: string, given: string, least: number): number {
  const number = Number(given);
  if (given.trim() === '' || !Number.isInteger(number) || number < least)
    throw usage(`--${name} is "${given}".`, `a whole number from ${least}`, `Correct --${name}, or leave it out.`);
  return number;
}
