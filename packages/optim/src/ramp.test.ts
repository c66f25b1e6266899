import type { Progress } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { progressAt } from '../test/progress.js';
import { currentOf, feedRamps, leastOf, mostOf, ramp, rampable, valueOf } from './index.js';

await startTensorFlow();

const at = (number: number) => progressAt(number, 10, 20); // 10 steps an epoch, 20 epochs

describe('ramp', () => {
  test.each([
    { name: 'moves in a line and stays', options: { from: 1, to: 3, over: '2ep' }, want: { 0: 1, 5: 1.5, 20: 3, 199: 3 } },
    { name: 'begins later', options: { from: 0, to: 1, over: '10st', after: '1ep' }, want: { 0: 0, 10: 0, 15: 0.5, 20: 1 } },
    { name: 'is at once over no time', options: { from: 5, to: 2, over: '0ep' }, want: { 0: 2, 1: 2 } },
    { name: 'falls', options: { from: 2, to: 1, over: { epochs: 1 } }, want: { 0: 2, 5: 1.5, 10: 1 } },
  ])('$name', ({ options, want }) => {
    for (const [number, value] of Object.entries(want)) expect(ramp(options)(at(Number(number)))).toBeCloseTo(value, 12);
  });

  test('a missing end is an error', () => expect(() => ramp({ from: 0, to: 1 } as never)).toThrow());
});

describe('an option that may be a ramp', () => {
  const schema = rampable(z.number().min(0).max(1));
  const moving = schema.parse({ from: 0.2, to: 1, over: '20st', after: '10st' });

  test('is a number or a ramp, each end within the bounds of the number', () => {
    expect(schema.parse(0.5)).toBe(0.5);
    expect(moving).toEqual({ from: 0.2, to: 1, over: { steps: 20 }, after: { steps: 10 } });
    for (const wrong of [2, '0.5', { from: 0, to: 2, over: '1ep' }, { from: 0, to: 1 }, { from: 0, to: 1, over: '1ep', by: 1 }])
      expect(schema.safeParse(wrong).success).toBe(false);
  });

  test('its value, the greatest and the least', () => {
    expect([0, 10, 20, 30, 99].map((number) => valueOf(moving)(at(number)))).toBeAllClose([0.2, 0.2, 0.6, 1, 1]);
    expect(valueOf(0.5)(at(7))).toBe(0.5);
    expect([mostOf(moving), leastOf(moving), mostOf(0.5), leastOf(0.5)]).toEqual([1, 0.2, 0.5, 0.5]);
  });

  test('only a ramp is fed; the step sees its scalar, and a number as it is', () => {
    const fed = new Map<string, (progress: Progress) => number>();
    feedRamps({ scalar: (name, value) => void fed.set(name, value) }, { share: moving, fixed: 0.5 });
    expect([...fed.keys()]).toEqual(['share']);
    expect(fed.get('share')!(at(20))).toBeCloseTo(0.6, 12);
    const scalar = tf.scalar(0.6);
    const current = currentOf({ share: moving, fixed: 0.5 }, { share: scalar });
    expect(current.share).toBe(scalar);
    expect(current.fixed).toBe(0.5);
  });
});
