import { ConfigError } from '@mochi/core';
import { afterEach, expect, test, vi } from 'vitest';
import { reportError } from './report-error.js';

afterEach(() => vi.restoreAllMocks());

test('one problem of a config says once what is expected, and where to correct it', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const place = { source: 'a.yaml', line: 1, column: 1 };
  const problem = { code: 'MOCHI_CONFIG_INVALID', place, path: ['optimizer', 'rate'], found: '-1', expected: 'a number above 0' } as const; // prettier-ignore
  expect(reportError(new ConfigError([problem]), false)).toBe(2);
  const text = String(said.mock.calls[0]![0]);
  expect(text.match(/a number above 0/g)).toHaveLength(1);
  expect(text).toMatch(/fix +Correct optimizer\.rate\.$/m);
});
