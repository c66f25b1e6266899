import { MochiError } from '@mochi/contract';
import { expect, test } from 'vitest';
import { failureOf } from './record.js';

test('why a run failed: the code, and where in a plugin it came from', () => {
  const cause = new RangeError('the fuse is wet');
  cause.stack = 'RangeError: the fuse is wet\n    at sample (file:///home/me/band.ts:12:5)\n    at node:internal/x:1:1';
  const failed = new MochiError('MOCHI_SAMPLER_FAILED', { happened: 'It threw.', expected: 'blocks', fix: 'See.' }, { cause });
  expect(failureOf(failed)).toEqual({
    code: 'MOCHI_SAMPLER_FAILED',
    message: 'It threw.',
    frames: ['sample (/home/me/band.ts:12:5)'],
  });
  expect(failureOf('gone')).toEqual({ code: null, message: 'gone' });
});
