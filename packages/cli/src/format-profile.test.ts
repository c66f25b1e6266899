import type { ProfileResult } from '@mochi/mochi';
import { expect, test } from 'vitest';
import { formatProfile } from './format-profile.js';

test.each([
  [1.25, 'which took 1.25 times as long'],
  [0.88, 'which was no slower than steps differ among themselves'],
])('steps with every op recorded, %d times as long: %s', (slowdown, text) => {
  const [none, step] = [
    { byScope: [], byType: [], byNode: [] },
    { meanMs: 1, p50Ms: 1, p90Ms: 1, p99Ms: 1, imagesPerSecond: 1 },
  ];
  const start = { configMs: 1, libraryMs: 1, partsMs: 1, firstBatchMs: 1, traceMs: 1, firstStepMs: 1 };
  const result = {
    ...{ start, step, parts: [], notes: [], measured: 3, traced: 3 },
    memory: { residentBytes: 1, allocators: {} },
  };
  expect(formatProfile({ ...result, ops: { slowdown, ...none } } as unknown as ProfileResult, 1)).toContain(text);
});
