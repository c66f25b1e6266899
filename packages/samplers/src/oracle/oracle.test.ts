import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext } from '../../test/context.js';
import { oracleSampler, sameClassMask } from './oracle-sampler.js';

await startTensorFlow();

const ints = (values: number[]) => tf.tensor1d(values, 'int32');
const off = -Infinity;

describe('oracle', () => {
  test('leaves out rows of the same class; rows and queries of no known class stay', () => {
    leakFree([ints([0, 1, -1]), ints([0, 1, 1, -1, 2])] as const, sameClassMask, (mask) =>
      expect(mask.arraySync()).toEqual([
        [off, 0, 0, 0, 0],
        [0, off, off, 0, 0],
        [0, 0, 0, 0, 0],
      ]),
    );
  });

  test('is a filter that asks for labels, and says where there are none', () => {
    const sampler = oracleSampler({ bank: 'old' });
    expect(sampler).toMatchObject({ role: 'filter', usesLabels: true, bank: 'old' });
    const context = makeContext();
    expect(() => sampler.sample(context, {})).toThrow(/MOCHI_SAMPLER_LABELS/);
    expect(() => sampler.sample({ ...context, labels: ints([0, 1, 2, 3]) }, {})).toThrow(/labels of the bank/);
  });
});
