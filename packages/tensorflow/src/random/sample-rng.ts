import type { SampleRng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { opArgument } from '../ops/errors.js';
import { hashWords, UNIT_24 } from './hash.js';
import { addWords, counterWords, mixWords, shiftWords, toWords, words, xorWords } from './words.js';

/** More would not be reached by 24 random bits. */
const MAX_INTEGER = 2 ** 24;

/**
 * Random numbers keyed by sample: row b is a function of (key, step, ids[b]) alone.
 *
 * @param key Of the seed, the stream and the call. @param ids [B] int32. @param step int32 scalar, or a number.
 * @throws MOCHI_OP_ARGUMENT where ids are not int32.
 */
export function createSampleRng(key: number, ids: tf.Tensor1D, step: tf.Scalar | number): SampleRng {
  if (ids.dtype !== 'int32')
    throw opArgument('perSample', `ids are ${ids.dtype}`, "The samples as int32, [B]: tf.tensor1d(ids, 'int32'), or tf.cast.");
  let calls = 0;
  const bits = (shape: number[], places?: Uint32Array): tf.Tensor => drawBits(hashWords(key, calls++), ids, step, shape, places);
  const unit = (shape: number[], places?: Uint32Array): tf.Tensor => tf.mul(tf.cast(bits(shape, places), 'float32'), UNIT_24);
  return {
    uniform: (shape, min = 0, max = 1) => tf.tidy(() => toRange(unit(shape), min, max)),
    at: (places) => tf.tidy(() => unit([places.length], places)),
    integers(shape, max) {
      if (!(Number.isInteger(max) && max > 0 && max <= MAX_INTEGER))
        throw opArgument('integers', `max is ${max}`, `An integer in [1, ${MAX_INTEGER}].`);
      // At most 2^24 - 1 of 2^24: the product, rounded to float32, stays below max.
      return tf.tidy(() => tf.cast(tf.floor(tf.mul(tf.mul(tf.cast(bits(shape), 'float32'), UNIT_24), max)), 'int32'));
    },
  };
}

/** Numbers in [0, 1) brought to [min, max). */
export const toRange = (unit: tf.Tensor, min: number, max: number): tf.Tensor =>
  min === 0 && max === 1 ? unit : tf.add(tf.mul(unit, max - min), min);

/** 24 random bits for each element of [B, ...shape], int32. @param places Of the elements in the sequence of a sample. Default: 0, 1, ... */
function drawBits(key: number, ids: tf.Tensor1D, step: tf.Scalar | number, shape: number[], places?: Uint32Array): tf.Tensor {
  const [a, b] = [rowKeys(key, [1, 3], ids, step), rowKeys(key, [2, 4], ids, step)]; // with one, two of 2^16 rows would share a sequence
  const count = shape.reduce((all, side) => all * side, 1);
  const at = places ?? Uint32Array.from({ length: count }, (_, place) => place);
  const all = counterWords(a, b, at);
  return tf.reshape(shiftWords(all, 8), [ids.shape[0], ...shape]);
}

/** A word for each sample, [B, 1]. @param parts What sets it apart from the sample's other word. */
function rowKeys(key: number, [ofId, ofStep]: [number, number], ids: tf.Tensor1D, step: tf.Scalar | number): tf.Tensor {
  const part = (n: number): tf.Tensor => words([1, 1], [hashWords(key, n)]);
  const now = typeof step === 'number' ? words([1, 1], [step]) : tf.reshape(toWords(tf.cast(step, 'int32')), [1, 1]);
  const rows = tf.reshape(toWords(ids), [ids.shape[0], 1]);
  return mixWords(addWords(mixWords(xorWords(rows, part(ofId))), mixWords(xorWords(now, part(ofStep)))));
}
