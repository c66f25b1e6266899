import { MochiError, type SchemaIssue } from '@mochi/contract';
import { pathText, placeText, type Path, type Place } from './node.js';

/** One thing wrong with a config. */
export interface Problem {
  readonly code: 'MOCHI_CONFIG_INVALID' | 'MOCHI_UNKNOWN_PLUGIN';
  readonly place: Place;
  readonly path: Path;
  readonly found: string;
  readonly expected: string;
  /** What was probably meant. */
  readonly suggestion?: string | undefined;
}

/** Everything that is wrong with a config, in one error. Its code is MOCHI_UNKNOWN_PLUGIN where nothing else is wrong. */
export class ConfigError extends MochiError {
  /** In the order of their places: file by file, line by line. */
  readonly problems: readonly Problem[];

  constructor(found: readonly Problem[]) {
    const problems = inOrder(found);
    const [first, ...others] = problems;
    const unknown = problems.every(({ code }) => code === 'MOCHI_UNKNOWN_PLUGIN');
    super(unknown ? 'MOCHI_UNKNOWN_PLUGIN' : 'MOCHI_CONFIG_INVALID', {
      happened: `The config has ${problems.length} problem${others.length > 0 ? 's' : ''}:\n${problems.map(describe).join('\n')}`,
      expected: first && others.length === 0 ? first.expected : 'at each place, what is said there',
      fix:
        first?.suggestion && others.length === 0
          ? `Write "${first.suggestion}".`
          : others.length === 0 && first
            ? `Correct ${pathText(first.path)}.`
            : 'Correct the places named.',
    });
    this.problems = problems;
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const sources = [...new Set(problems.map(({ place }) => place.source))];
  return [...problems].sort(
    ({ place: a }, { place: b }) =>
      sources.indexOf(a.source) - sources.indexOf(b.source) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function describe({ place, path, found, expected, suggestion }: Problem): string {
  const meant = suggestion === undefined ? '' : `\n      did you mean "${suggestion}"?`;
  return `  ${placeText(place)}  ${pathText(path)}\n      found: ${found}\n      expected: ${expected}${meant}`;
}

/** A value in one short line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  const plain = typeof value === 'number' || typeof value === 'bigint'; // NaN and Infinity, which JSON has not
  const text = plain ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The path of an issue of any Standard Schema. */
export const issuePath = (issue: SchemaIssue): PropertyKey[] =>
  (issue.path ?? []).map((key) => (typeof key === 'object' ? (key as { key: PropertyKey }).key : key));
