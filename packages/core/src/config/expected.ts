import type { SchemaIssue } from '@mochi/contract';

/** What zod adds to an issue of the Standard Schema. Another library's issues have none of it and keep their message. */
export interface RichIssue extends SchemaIssue {
  readonly code?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly RichIssue[])[];
  /** Of `invalid_type`. */
  readonly expected?: string;
  /** Of `too_small` and `too_big`: what is too small, and the bound. */
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ number: 'a number', int: 'a whole number', string: 'text', boolean: 'true or false', null: 'null' },
  ...{ array: 'a list', tuple: 'a list', object: 'a map of options', record: 'a map of options' },
};

/** Zod's own words, which say what is wrong and not what is right. */
const OWN = /^(Invalid (input|option)|Too (small|big))/;

/** What an issue says should have been there, to come after "expected". What a schema says itself stays as it is. */
export function expectedOf(issue: RichIssue): string {
  const { code, message, values, errors } = issue;
  const words = values?.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))) ?? [];
  if (!OWN.test(message)) return lowerFirst(message);
  if (words.length > 0) return words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
  if (code === 'invalid_type') return TYPES[issue.expected ?? ''] ?? plain(message);
  if (code === 'invalid_union' && errors && errors.length > 0) return branches(errors);
  if (code === 'too_small' || code === 'too_big') return bounded(issue);
  return plain(message);
}

const branches = (errors: readonly (readonly RichIssue[])[]): string =>
  [...new Set(errors.flatMap(([first]) => (first ? [expectedOf(first)] : [])))].join(', or ');

function bounded({ code, origin, minimum, maximum, inclusive }: RichIssue): string {
  const bound = String(code === 'too_small' ? minimum : maximum);
  const side = code === 'too_small' ? (inclusive ? 'at least' : 'more than') : inclusive ? 'at most' : 'less than';
  if (origin === 'string') return `text of ${side} ${bound} ${bound === '1' ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `a list of ${side} ${bound}`;
  return `${origin === 'int' ? 'a whole number' : 'a number'} of ${side} ${bound}`
    .replace('of more than', 'above')
    .replace('of less than', 'below');
}

const plain = (message: string): string =>
  lowerFirst(message.replace(/^Invalid input: expected /, '').replace(/, received .*$/, ''));

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
