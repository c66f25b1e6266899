import { describe, expect, test } from 'vitest';
import { countConformance, countVitest, sum, summaryOf } from '../count.mjs';

const report = (more: object) =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...more });

describe('vitest', () => {
  test.each([
    { name: 'all passed', report: report({}), code: 0, counts: { passed: 3, failed: 0, skipped: 0 } },
    {
      name: 'skipped and planned tests are skipped',
      report: report({ numPendingTests: 1, numTodoTests: 1 }),
      code: 0,
      counts: { passed: 3, failed: 0, skipped: 2 },
    },
    {
      name: 'a failed test in a failed file counts once',
      report: report({ numFailedTests: 1, testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }] }),
      code: 1,
      counts: { passed: 3, failed: 1, skipped: 0 },
    },
    {
      name: 'a file that does not load is a failure',
      report: report({ testResults: [{ status: 'failed', assertionResults: [] }] }),
      code: 1,
      counts: { passed: 3, failed: 1, skipped: 0 },
    },
    {
      name: 'so is a bad end without a failed test, e.g. an unhandled rejection',
      report: report({}),
      code: 1,
      counts: { passed: 3, failed: 1, skipped: 0 },
    },
    { name: 'and an end by a signal', report: report({}), code: null, counts: { passed: 3, failed: 1, skipped: 0 } },
    { name: 'no report is a failure', report: null, code: 0, counts: { passed: 0, failed: 1, skipped: 0 } },
  ])('$name', ({ report, code, counts }) => expect(countVitest(report, code)).toEqual(counts));
});

describe('conformance', () => {
  test.each([
    {
      name: 'its last line is taken',
      line: '{"passed":5,"failed":1,"skipped":2}',
      code: 1,
      counts: { passed: 5, failed: 1, skipped: 2 },
    },
    {
      name: 'known failures count as skipped',
      line: '{"passed":5,"failed":0,"knownFailures":3,"skipped":2}',
      code: 0,
      counts: { passed: 5, failed: 0, skipped: 5 },
    },
    { name: 'skipped may be absent', line: '{"passed":5,"failed":0}', code: 0, counts: { passed: 5, failed: 0, skipped: 0 } },
    {
      name: 'a crash after a good line is a failure',
      line: '{"passed":5,"failed":0}',
      code: 134,
      counts: { passed: 5, failed: 1, skipped: 0 },
    },
    { name: 'no summary is a failure', line: 'Segmentation fault', code: 0, counts: { passed: 0, failed: 1, skipped: 0 } },
  ])('$name', ({ line, code, counts }) => expect(countConformance(line, code)).toEqual(counts));
});

test('the summary is the sum, with skipped tests only where there are some', () => {
  expect(
    summaryOf(
      sum([
        { passed: 2, failed: 0, skipped: 0 },
        { passed: 5, failed: 1, skipped: 0 },
      ]),
    ),
  ).toBe('7 passed, 1 failed');
  expect(summaryOf({ passed: 2, failed: 0, skipped: 4 })).toBe('2 passed, 0 failed, 4 skipped');
});
