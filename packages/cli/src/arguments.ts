import { usage } from './errors.js';

export const jsonFlag = { json: { type: 'boolean', default: false, description: 'print one JSON object a line, for machines' } } as const;

/** A config file and `path=value` overrides, in any order. @throws MOCHI_USAGE for a second file. */
export function splitPositionals(given: readonly string[]): { file: string | undefined; overrides: string[] } {
  const overrides = given.filter(isOverride);
  const [file, ...more] = given.filter((word) => !isOverride(word));
  if (more.length > 0) throw usage(`Two config files were given: ${[file, ...more].join(', ')}.`, 'one config file, then overrides such as sampler=uniform', 'Use `extends` in a config to build upon another.');
  return { file, overrides };
}

const isOverride = (word: string): boolean => /^[\w.-]+=/.test(word);
