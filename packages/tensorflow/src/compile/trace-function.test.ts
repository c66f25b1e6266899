import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { attr, execute, startTensorFlow, traceFunction } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
const { compiled, made } = leaveNothing();

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('traceFunction', () => {
  test('partly unknown shapes, captured tensors as extra inputs', () => {
    const outer = tf.add(tf.scalar(1), 1);
    const traced = traceFunction((x, y) => [tf.mul(x!, outer), tf.cast(y!, 'int32')], [
      { dtype: 'float32', shape: [null, 3] },
      { dtype: 'uint8', shape: null },
    ], { name: 'a name/with-signs' }); // prettier-ignore
    made.push(traced);
    expect(traced.outputs).toEqual([{ dtype: 'float32', shape: [null, 3] }, { dtype: 'int32', shape: [null] }]); // prettier-ignore
    expect(traced.captured.map(values)).toEqual([[2]]);
    outer.dispose();
    const bytes = tf.tensor1d([1, 2], 'int32');
    const [cast] = execute('Cast', [attr.type('DstT', 'uint8')], [bytes]);
    const results = execute(traced.name, [], [tf.ones([2, 3]), cast!, ...traced.captured]);
    expect(results.map(values)).toEqual([[2, 2, 2, 2, 2, 2], [1, 2]]); // prettier-ignore
  });

  test('inside another trace it captures symbols of that one', () => {
    const run = compiled((x: tf.Tensor, n: tf.Tensor) => {
      const scale = tf.add(x, 1);
      const body = traceFunction((i, y, ...rest) => [tf.neg(i!), tf.mul(y!, scale), ...rest], [
        { dtype: 'int32', shape: [] },
        { dtype: 'float32', shape: [] },
      ]); // prettier-ignore
      made.push(body);
      const [result] = execute(body.name, [], [tf.scalar(0, 'int32'), n, ...body.captured]).slice(1);
      return result!;
    });
    expect(values(run(tf.scalar(2), tf.scalar(5)))).toEqual([15]);
  });

  test('While', () => {
    const specs = [{ dtype: 'int32', shape: [] }, { dtype: 'float32', shape: [] }] as const; // prettier-ignore
    const one = tf.scalar(1, 'int32');
    const cond = traceFunction((i) => [tf.less(i!, 10)], specs);
    const body = traceFunction((i, x) => [tf.add(i!, one), tf.mul(x!, 2)], specs);
    made.push(cond, body);
    const loop = (x: tf.Tensor) =>
      execute(
        'StatelessWhile',
        [
          attr.types('T', ['int32', 'float32']),
          attr.func('cond', cond.name),
          attr.func('body', body.name),
          attr.shapes('output_shapes', [[], []]),
        ],
        [tf.scalar(0, 'int32'), x],
      )[1]!;
    expect(values(loop(tf.scalar(1)))).toEqual([1024]);
    expect(values(compiled(loop)(tf.scalar(2)))).toEqual([2048]);
  });
});
