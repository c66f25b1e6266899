import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { opArgument } from '../ops/errors.js';
import { attr, type Attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { hashWords, streamKey } from './hash.js';
import { createSampleRng, toRange } from './sample-rng.js';

/**
 * A named stream of random numbers: equal (seed, stream, step) and equal order of calls give equal numbers, eager or compiled.
 *
 * @param seed An integer of up to 53 bits. @param stream A name; streams of different names are independent.
 * @param step An int32 scalar, symbolic in a compiled step, or a number. Default 0.
 */
export function createRng(seed: number, stream: string, step: tf.Scalar | number = 0): Rng {
  const key = streamKey(seed, stream);
  let calls = 0;
  const nextKey = (): number => hashWords(key, calls++);
  const draw = (op: string, shape: number[], attrs: Attr[], bounds: tf.Tensor[] = []): tf.Tensor =>
    execute(
      op,
      [...attrs, attr.type('T', 'int32'), attr.type('Tseed', 'int32')],
      [tf.tensor1d(shape, 'int32'), seedOf(nextKey(), step), ...bounds],
    )[0]!;
  const float = attr.type('dtype', 'float32');
  return {
    uniform: (shape, min = 0, max = 1) => tf.tidy(() => toRange(draw('StatelessRandomUniform', shape, [float]), min, max)),
    normal: (shape, mean = 0, std = 1) => tf.tidy(() => tf.add(tf.mul(draw('StatelessRandomNormal', shape, [float]), std), mean)),
    integers(shape, max) {
      if (!(Number.isInteger(max) && max > 0 && max < 2 ** 31))
        throw opArgument('integers', `max is ${max}`, 'An integer in [1, 2^31).');
      const bounds = (): tf.Tensor[] => [tf.scalar(0, 'int32'), tf.scalar(max, 'int32')];
      return tf.tidy(() => draw('StatelessRandomUniformInt', shape, [attr.type('dtype', 'int32')], bounds()));
    },
    fork: (name) => createRng(seed, `${stream}/${name}`, step),
    perSample: (ids) => createSampleRng(nextKey(), ids, step),
  };
}

/** The key of a stateless op, int32 [2]: the call, then the step. */
const seedOf = (key: number, step: tf.Scalar | number): tf.Tensor1D =>
  typeof step === 'number'
    ? tf.tensor1d(Int32Array.of(key, step), 'int32')
    : (tf.stack([tf.tensor(Int32Array.of(key), [], 'int32'), tf.cast(step, 'int32')]) as tf.Tensor1D);
