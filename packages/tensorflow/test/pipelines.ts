import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../src/native/attributes.js';
import type { Pipeline } from '../src/pipeline/index.js';
import { type IterateOptions } from '../src/pipeline/index.js';
import { execute } from '../src/runtime/execute.js';

export const count = (n: number): tf.Tensor => tf.tensor1d(Int32Array.from({ length: n }, (_, i) => i), 'int32'); // prettier-ignore

/** The values of one tensor of every element, in order. */
export async function collect(pipeline: Pipeline, name = 'i', options: IterateOptions = {}): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const element of pipeline.iterate(options)) {
    values.push(element[name]!.arraySync());
    tf.dispose(element);
  }
  return values;
}

/** i, or a failure where i is one of `bad`: a table lookup past the end. */
export const failAt = (bad: number[]) => ({ i }: Tensors): Tensors => {
  const isBad = tf.any(tf.equal(i!, tf.tensor1d(bad, 'int32')));
  const at = tf.mul(tf.cast(isBad, 'int32'), tf.scalar(5, 'int32'));
  const zero = execute('GatherV2', [attr.type('Tparams', 'int32'), attr.type('Tindices', 'int32'), attr.type('Taxis', 'int32')], [tf.tensor1d([0], 'int32'), at, tf.scalar(0, 'int32')])[0]!;
  return { i: tf.add(i!, zero) };
}; // prettier-ignore

export const numbers = (n: number): number[] => [...Array(n).keys()];

/** Some milliseconds of work. */
export function heavy({ i }: Tensors): Tensors {
  const x = tf.fill([600, 600], 1e-3);
  return { i: i!, x: tf.sum(tf.matMul(tf.matMul(tf.add(x, tf.cast(i!, 'float32')), x), x)) };
}
