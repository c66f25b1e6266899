import { INPUT_MIXING, type InputMixing } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { mixingConformance } from './conformances.js';
import { mixingChecks } from './mixing.js';

await startTensorFlow();

/** Each image and its mirror in the batch, by one share. */
const mixing: InputMixing = {
  name: 'small',
  mix: (images, { ids, rng }) =>
    tf.tidy(() => {
      const [batch] = ids.shape;
      const own = tf.range(0, batch, 1, 'int32');
      const share = rng.uniform([1]);
      const shares = tf.tile(tf.reshape(tf.concat([share, tf.sub(1, share)]), [1, 2]), [batch, 1]);
      const mixed = tf.add(tf.mul(images, share), tf.mul(tf.reverse(images, 0), tf.sub(1, share)));
      return { images: mixed, targets: { columns: tf.stack([own, tf.reverse(own, 0)], 1), weights: shares } };
    }) as unknown as ReturnType<InputMixing['mix']>,
};
const small = (change: (made: ReturnType<InputMixing['mix']>) => object) =>
  mixingChecks(
    pluginOf('mixing', INPUT_MIXING, {
      ...mixing,
      mix: (images, context) => ({ ...mixing.mix(images, context), ...change(mixing.mix(images, context)) }),
    } as InputMixing),
  );

mixingConformance(pluginOf('mixing', INPUT_MIXING, mixing));

test.each<[string, ReturnType<typeof small>, string, RegExp]>([
  ['shares of 2', small(({ targets }) => ({ targets: { ...targets, weights: tf.mul(targets.weights, 2) } })), 'images keep', /they sum to 2/],
  ['a place beyond the batch', small(({ targets }) => ({ targets: { ...targets, columns: tf.add(targets.columns, tf.scalar(1, 'int32')) } })), 'images keep', /not places in a batch of 6/],
  ['images of another size', small(({ images }) => ({ images: tf.slice(images, 0, 3) })), 'images keep', /shape \[3/],
  ['no draw at all', small(({ images }) => ({ images: tf.zerosLike(images) })), 'the same stream', /every step mixes the same way/],
  ['what is left behind', small(() => (tf.scalar(1), {})), 'no tensor', /leaked/],
])('told: %s', (_, checks, name, message) => expectFault(checks, name, message)); // prettier-ignore
