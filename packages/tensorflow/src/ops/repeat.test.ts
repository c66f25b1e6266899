import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compile } from '../compile/compile.js';
import { liveHandles } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import { repeat } from './repeat.js';

await startTensorFlow();

/** 1 + (0 + 1 + 2 + 3) * by. */
const grown = (x: tf.Tensor, by: tf.Tensor): tf.Tensor =>
  repeat(4, x, { by }, (index, value, constants) =>
    tf.tidy(() => tf.add(value, tf.mul(tf.cast(index, 'float32'), constants.by))),
  );

test.each([
  { name: 'eager', fn: grown },
  { name: 'compiled', fn: compile(grown) },
  { name: 'compiled by XLA', fn: compile(grown, { xla: true }) },
])('$name: the body so many times, with its index and constants', ({ fn }) => {
  tf.tidy(() => void fn(tf.tensor1d([1]), tf.tensor1d([10])));
  leakFree([tf.tensor1d([1]), tf.tensor1d([10])], fn, (y) => expect(y).toBeAllClose([61]));
});

test('the loop goes with the function that has it', () => {
  const before = liveHandles();
  const fn = compile(grown);
  tf.tidy(() => void fn(tf.tensor1d([1]), tf.tensor1d([10])));
  fn.dispose();
  expect(liveHandles()).toEqual(before);
});

test('refused: a tensor from outside', () => {
  tf.tidy(() => {
    const outside = tf.square(tf.tensor1d([2]));
    const fn = compile((x: tf.Tensor) => repeat(2, x, {}, (_index, value) => tf.mul(value, outside)));
    expect(() => fn(tf.tensor1d([1]))).toThrow(expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT' }));
  });
});
