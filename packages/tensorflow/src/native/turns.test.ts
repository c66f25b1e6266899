import { expect, test } from 'vitest';
import { Turns } from './turns.js';

test('so many at a time, in their order; one that fails gives its turn on', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const end: (() => void)[] = [];
  const calls = [0, 1, 2, 3, 4].map((at) =>
    turns.take(async () => {
      begun.push(at);
      await new Promise<void>((done) => (end[at] = done));
      if (at === 1) throw new Error('of the second');
      return at;
    }),
  );
  const settled = Promise.allSettled(calls);
  expect(begun).toEqual([0, 1]);
  end[1]!();
  await expect(calls[1]).rejects.toThrow('of the second');
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  end[0]!();
  end[2]!();
  await expect.poll(() => begun).toEqual([0, 1, 2, 3, 4]);
  end[3]!();
  end[4]!();
  expect((await settled).map((each) => (each.status === 'fulfilled' ? each.value : null))).toEqual([0, null, 2, 3, 4]);
  await expect(turns.take(() => Promise.resolve('again'))).resolves.toBe('again');
});
