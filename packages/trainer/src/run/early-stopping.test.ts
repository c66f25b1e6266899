import { expect, test } from 'vitest';
import { afterMeasurement, isBetter, stopReason } from './early-stopping.js';

test.each([
  { better: 'higher' as const, value: 2, best: 1, is: true },
  { better: 'higher' as const, value: 0, best: 1, is: false },
  { better: 'lower' as const, value: 0, best: 1, is: true },
  { better: 'lower' as const, value: 2, best: 1, is: false },
  { better: 'lower' as const, value: NaN, best: 1, is: false },
  { better: 'higher' as const, value: NaN, best: null, is: false },
  { better: 'higher' as const, value: -5, best: null, is: true },
])('$value after $best, $better is better: $is', ({ better, value, best, is }) =>
  expect(isBetter({ better, value }, best)).toBe(is),
);

test('the run ends after `patience` measurements that are no better, in the declared direction', () => {
  const options = { metric: 'representation/uniformity', patience: 2, minDelta: 0.1 };
  const reasons: (string | null)[] = [];
  let stopping: ReturnType<typeof afterMeasurement> | undefined;
  for (const value of [-1, -1.5, -1.55, -2, -1.9, -2.05]) {
    stopping = afterMeasurement(stopping, { value, unit: 'nats', better: 'lower' }, options.minDelta);
    reasons.push(stopReason(options, stopping));
  }
  expect(reasons.slice(0, 5)).toEqual([null, null, null, null, null]);
  expect(reasons[5]).toMatch(/uniformity was no better than -2 in 2 measurements/);
  expect(stopReason(null, stopping)).toBeNull();
});
