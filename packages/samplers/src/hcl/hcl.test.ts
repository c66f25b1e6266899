import type { BankBlock } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { hclConfig } from './config.js';
import { hardnessLogWeights, hclSampler } from './hcl-sampler.js';

await startTensorFlow();

const sample = (options: object, more: object = {}) =>
  hclSampler(hclConfig.parse(options)).sample({ ...makeContext(), ...more }, {});

describe('hcl', () => {
  test('weights are e^(beta l / t), with mean 1 over the rows that may be drawn', () => {
    const mask = maskOf(4, 32, (b, k) => k % 4 === b);
    const { similarities } = makeContext();
    const weights = tf.exp(hardnessLogWeights({ similarities, mask, temperature: 0.2 }, 1.5)).arraySync() as number[][];
    for (const [b, row] of weights.entries()) {
      expect(row.reduce((sum, one) => sum + one, 0)).toBeCloseTo(24, 3);
      const [l, first] = [similarities.arraySync()[b]!, b === 0 ? 1 : 0];
      const [other] = row.flatMap((one, k) => (one > 0 && k !== first ? [k] : []));
      expect(row[first]! / row[other!]!).toBeCloseTo(Math.exp((1.5 * (l[first]! - l[other!]!)) / 0.2), 3);
    }
  });

  test('beta 0 weighs every row alike; with no row at all nothing is NaN', () => {
    const { similarities } = makeContext();
    expect(hardnessLogWeights({ similarities, temperature: 0.2 }, 0)).toBeAllClose(tf.zeros([4, 32]), { atol: 1e-6 });
    const mask = maskOf(4, 32, (b) => b === 2);
    const weights = hardnessLogWeights({ similarities, mask, temperature: 0.2 }, 0).arraySync();
    expect(weights[2]).toEqual(Array(32).fill(-Infinity));
  });

  test('numbers and scalars of the step give the same', () => {
    const ramps = { beta: { from: 2, to: 0, over: '1ep' }, tauPlus: { from: 0, to: 0.1, over: '1ep' } };
    const scalars = { beta: tf.scalar(1.5), tauPlus: tf.scalar(0.05) };
    const [ramped, fixed] = [sample(ramps, { scalars, temperature: tf.scalar(0.2) }), sample({ beta: 1.5, tauPlus: 0.05 })];
    expect((ramped.blocks[0] as BankBlock).logWeights).toBeAllClose((fixed.blocks[0] as BankBlock).logWeights!);
    expect(ramped.denominator).toEqual({ kind: 'corrected', tauPlus: scalars.tauPlus, floor: -1 });
  });

  test('without a correction the denominator is left to others', () => {
    expect(sample({ tauPlus: 0 }).denominator).toBeUndefined();
    expect(sample({ tauPlus: 0.1 }).denominator).toEqual({ kind: 'corrected', tauPlus: 0.1, floor: -1 });
    expect(sample({ tauPlus: 0, floor: 0 }).denominator).toBeDefined();
  });

  test('gradient flows unless it is turned off', () => {
    expect(hclSampler(hclConfig.parse({}))).toMatchObject({ name: 'hcl', bank: 'bank', differentiable: true });
    const constant = { differentiable: false };
    expect(hclSampler(hclConfig.parse(constant)).differentiable).toBe(false);
    expect(sample(constant).blocks[0]).toMatchObject({ kind: 'bank', differentiable: false });
  });

  test('no tensor is left behind', () =>
    leakFree([makeContext().similarities], (s) => hardnessLogWeights({ similarities: s, temperature: 0.2 }, 1)));

  test.each([{ beta: -1 }, { tauPlus: 1 }, { tauPlus: { from: 0, to: 1, over: '1ep' } }, { floor: -2 }, { tau: 0.1 }])(
    '%j is refused',
    (options) => expect(hclConfig.safeParse(options).success).toBe(false),
  );
});
