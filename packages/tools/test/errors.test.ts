import { expect, test } from 'vitest';
import { namesInTable, read, sources } from './repository.js';

/** Environment variables have names of the same form: `env['MOCHI_CACHE']`, `process.env.MOCHI_CACHE`. */
const VARIABLE = /env(?:\[['"]|\.)(MOCHI_[A-Z0-9_]+)/g;
const CODE = /'(MOCHI_[A-Z0-9_]+)'/g;

const texts = sources().map((path) => read(path));
const all = (pattern: RegExp): Set<string> =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!)));

const variables = all(VARIABLE);
const thrown = [...all(CODE)].filter((name) => !variables.has(name)).sort();
const page = read('docs/errors.md');
const documented = [...page.matchAll(/^\| *`(MOCHI_[A-Z0-9_]+)`/gm)].map(([, code]) => code!);

test('there are codes to compare', () => expect(thrown.length).toBeGreaterThan(20));

test('docs/errors.md lists every code of the sources, and no other', () => expect([...documented].sort()).toEqual(thrown));

test('docs/errors.md lists each code once', () => expect(new Set(documented).size).toBe(documented.length));

test('each row has a meaning and a fix', () => {
  const rows = page.split('\n').filter((line) => /^\| *`MOCHI_/.test(line));
  expect(
    rows.filter(
      (row) =>
        row
          .split('|')
          .slice(2, -1)
          .filter((cell) => cell.trim().length > 3).length < 2,
    ),
  ).toEqual([]);
});

test('a table is read by its heading', () => {
  expect(namesInTable('## A\n| x |\n| --- |\n| `a` | 1 |\n| `b` | 2 |\n## B\n| `c` |\n', 'A')).toEqual(['a', 'b']);
});
