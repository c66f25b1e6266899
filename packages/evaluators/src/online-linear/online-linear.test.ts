import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onlineLinearConfig } from './config.js';
import { probeStep } from './probe-step.js';

await startTensorFlow();

const made = <T extends tf.Tensor>(given: T): T => tf.tidy(() => tf.add(given, tf.zerosLike(given)) as T);
const zero = () => ({
  weight: made(tf.zeros<tf.Rank.R2>([2, 2])),
  bias: made(tf.zeros<tf.Rank.R1>([2])),
  weightVelocity: made(tf.zeros<tf.Rank.R2>([2, 2])),
  biasVelocity: made(tf.zeros<tf.Rank.R1>([2])),
});

test('one step from zero, by hand; rows without a label take no part', () => {
  const options = onlineLinearConfig.parse({ classes: 2, rate: 0.5 });
  const [rows, labels] = [made(tf.tensor2d([[1, 2], [3, -1], [9, 9]])), made(tf.tensor1d([0, 1, -1], 'int32'))]; // prettier-ignore
  leakFree([rows, labels, zero()], (x, y, probe) => tf.tidy(() => probeStep(probe, x, y, options)), ({ next, top1, lossNats }) => {
    expect(next.weight).toBeAllClose([-0.25, 0.25, 0.375, -0.375]);
    expect(next.bias).toBeAllClose([0, 0]);
    expect(lossNats).toBeAllClose([Math.LN2]);
    expect(top1).toBeAllClose([50]); // all equal: argmax says class 0
  }); // prettier-ignore
});

test('the number of classes, which has no default, is asked for by what it is', () =>
  expect(() => onlineLinearConfig.parse({})).toThrow(/the number of classes of the data/));
