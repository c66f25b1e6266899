import { expect, test } from 'vitest';
import { configPage } from '../config-docs.mjs';
import { read } from './repository.js';

test('docs/config.md is what the schemas say; else run node packages/tools/config-docs.mjs', async () =>
  expect(read('docs/config.md')).toBe(await configPage()));

test('every option says what it means', () => {
  const rows = read('docs/config.md').split('\n').filter((line) => /^\| `/.test(line)); // prettier-ignore
  expect(rows.length).toBeGreaterThan(80);
  expect(
    rows
      .filter(
        (row) =>
          row
            .split(/(?<!\\)\|/)
            .at(-2)!
            .trim() === '',
      )
      .map((row) => row.split('`')[1]),
  ).toEqual([]);
});
