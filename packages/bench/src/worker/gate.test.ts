import { expect, test } from 'vitest';
import { Gate } from './gate.js';

test('lets as many pass as it is opened for, and says so when the next one waits', async () => {
  const gate = new Gate();
  let passed = 0;
  void (async () => {
    for (;;) {
      await gate.pass();
      passed++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await gate.open(3);
  expect(passed).toBe(3);
  await new Promise((resolve) => setImmediate(resolve));
  expect(passed).toBe(3);
  await gate.open(2);
  expect(passed).toBe(5);
});
