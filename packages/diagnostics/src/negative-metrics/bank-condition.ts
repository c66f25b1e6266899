import type { BankView, Drawn } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Hardest } from './hardest.js';
import { asFloat, meanOf, weigh } from './means.js';
import type { Measures } from './measures.js';

/** How much of a bank holds keys, whether its hardest rows are keys of the query's own image, and how old they are against the bank. */
export function bankCondition({ state }: BankView, { ids }: Drawn, step: tf.Scalar, hardest: () => Hardest): Measures {
  const none = () => tf.scalar(0, 'int32');
  const age = (writtenAt: tf.Tensor) => asFloat(tf.sub(step, writtenAt));
  const written = (writtenAt: tf.Tensor) => asFloat(tf.greaterEqual(writtenAt, none()));
  return {
    bankFilled: () => tf.mean(written(state.writtenAt)),
    selfCollisions: () => {
      const own = tf.equal(gather(state.ids, hardest().rows), tf.expandDims(ids, 1)); // [B, N]
      return tf.mean(tf.max(tf.mul(asFloat(own), hardest().counted), 1));
    },
    hardestAge: () => {
      const writtenAt = gather(state.writtenAt, hardest().rows);
      return meanOf([weigh(age(writtenAt), tf.mul(written(writtenAt), hardest().counted))]);
    },
    bankAge: () => meanOf([weigh(age(state.writtenAt), written(state.writtenAt))]),
  };
}
