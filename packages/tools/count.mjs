// How many tests passed, failed and were skipped, out of what the runners report. A run that ended badly without naming a test counts as a
// failure: no outcome may look better than it was.

/** Of vitest's JSON report (null when there is none) and its exit code. */
export function countVitest(report, code) {
  const parsed = parse(report);
  if (!parsed) return { passed: 0, failed: 1, skipped: 0 };
  const counts = {
    passed: parsed.numPassedTests ?? 0,
    failed: parsed.numFailedTests ?? 0,
    skipped: (parsed.numPendingTests ?? 0) + (parsed.numTodoTests ?? 0),
  };
  // A file that could not be loaded has no tests to count; a test file that is empty fails in the same way.
  counts.failed += (parsed.testResults ?? []).filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return atLeastOneFailed(counts, code);
}

/**
 * Of the last line of the conformance suite, `{"passed": 1, "failed": 0, "skipped": 0}`, and its exit code. Specs that fail as its list of known
 * failures says (`knownFailures`) count as skipped: they must not look passed.
 */
export function countConformance(lastLine, code) {
  const parsed = parse(lastLine);
  if (![parsed?.passed, parsed?.failed].every(Number.isInteger)) return { passed: 0, failed: 1, skipped: 0 };
  return atLeastOneFailed(
    { passed: parsed.passed, failed: parsed.failed, skipped: (parsed.skipped ?? 0) + (parsed.knownFailures ?? 0) },
    code,
  );
}

export const sum = (all) =>
  all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  });

export const summaryOf = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

const atLeastOneFailed = (counts, code) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

function parse(text) {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
