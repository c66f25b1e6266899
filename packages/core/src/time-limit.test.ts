import { expect, test, vi } from 'vitest';
import { toldWhenSlow } from './time-limit.js';

test('what takes long is told each time that it has doubled, is not ended, and is told no more once it has', async () => {
  vi.useFakeTimers();
  try {
    const told: number[] = [];
    let end = (_: string): void => {};
    const result = toldWhenSlow(new Promise<string>((resolve) => (end = resolve)), 10, (seconds) => told.push(seconds));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(told).toEqual([10, 20, 40]);
    end('done');
    expect(await result).toBe('done');
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a value passes, and without a time nothing is told', async () => {
  const tell = vi.fn();
  expect(await toldWhenSlow(1, 10, tell)).toBe(1);
  expect(await toldWhenSlow(Promise.resolve(2), null, tell)).toBe(2);
  await expect(toldWhenSlow(Promise.reject(new Error('theirs')), 10, tell)).rejects.toThrow('theirs');
  expect(tell).not.toHaveBeenCalled();
});
