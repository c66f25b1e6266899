import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile, execute, isTracing, startTensorFlow } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
const { compiled } = leaveNothing();

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

describe('what cannot be traced is refused', () => {
  test('reading a value, with op and place', () => {
    const run = compiled((x: tf.Tensor) => tf.scalar(tf.square(x).dataSync()[0]! > 1 ? 1 : 0));
    expect(() => run(tf.scalar(2))).toThrow(code('MOCHI_READ_WHILE_TRACING'));
    expect(() => run(tf.scalar(2))).toThrow(/output of Square.*refusals\.test\.ts:\d+:\d+/);
    expect(isTracing()).toBe(false);
  });
  test('reading an argument', () => {
    expect(() => compiled((x: tf.Tensor) => tf.scalar(x.arraySync() as number))(tf.scalar(2))).toThrow(/an argument/);
  });
  test('drawing in JavaScript, with op and place', () => {
    expect(() => compiled((x: tf.Tensor) => tf.add(x, tf.randomUniform([2])))(tf.scalar(2))).toThrow(
      /tf\.randomUniform was called.*refusals\.test\.ts:\d+/,
    );
    expect(() => compiled((x: tf.Tensor) => tf.dropout(x, 0.5))(tf.ones([2]))).toThrow(code('MOCHI_DRAW_WHILE_TRACING'));
    expect(() => compiled(() => tf.truncatedNormal([2]))()).toThrow(code('MOCHI_DRAW_WHILE_TRACING'));
  });
  test('arguments and results that are no trees', () => {
    expect(() => compiled((x: Date) => tf.scalar(x.getTime()))(new Date())).toThrow(/object of Date at `0`/);
    expect(() => compiled(() => ({ a: [new Map()] }))()).toThrow(/result of .* has an object of Map at `a\/0`/);
    expect(() => compiled(async () => tf.scalar(1))()).toThrow(/object of Promise/);
  });
  test('a tensor that escaped', () => {
    let kept: tf.Tensor | undefined;
    compiled((x: tf.Tensor) => {
      kept = tf.keep(tf.square(x));
      return x;
    })(tf.scalar(1));
    expect(() => tf.neg(kept!)).toThrow(code('MOCHI_TRACED_VALUE_ESCAPED'));
    expect(() => kept!.dataSync()).toThrow(code('MOCHI_TRACED_VALUE_ESCAPED'));
    kept!.dispose();
  });
  test('an error within fn goes through, and the next call is sound', () => {
    let fail = true;
    const run = compiled((x: tf.Tensor) => {
      const y = tf.square(x);
      if (fail) throw new RangeError('mine');
      return y;
    });
    expect(() => run(tf.scalar(3))).toThrow(new RangeError('mine'));
    fail = false;
    expect(values(run(tf.scalar(3)))).toEqual([9]);
  });
  test('a call after dispose()', async () => {
    const run = compile((x: tf.Tensor) => x);
    run(tf.scalar(1));
    run.dispose();
    expect(() => run(tf.scalar(1))).toThrow(code('MOCHI_COMPILED_DISPOSED'));
    await expect(run.runAsync(tf.scalar(1))).rejects.toThrow(code('MOCHI_COMPILED_DISPOSED'));
  });
  test('the message of a failure at run time names the function', () => {
    const run = compiled((x: tf.Tensor, n: tf.Tensor) => execute('TopKV2', [], [x, n], 2)[0]!, { name: 'picks' } as never);
    expect(() => run(tf.tensor1d([1, 2]), tf.scalar(5, 'int32'))).toThrow(/mochi_picks_\d+.*at least k/s);
  });
});
