import type { Encoder, EncoderWeights, Rng, Tensors } from '@mochi/contract';
import { execute, attr, gather, permutationFromUniforms } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { splitTooFine } from '../errors.js';

/**
 * The head of a training forward pass in which each of `groups` equal parts of the batch is normalised by its own statistics, as on so many
 * devices. The parts go through the encoder one after another, so that no activation is copied or transposed.
 *
 * @param images [B, h, w, 3], B a multiple of groups. @returns head [B, D]; running statistics averaged over the groups.
 * @throws MOCHI_BATCH_NOT_DIVISIBLE
 */
export function forwardInGroups(
  encoder: Encoder,
  weights: EncoderWeights,
  images: tf.Tensor4D,
  groups: number,
): { head: tf.Tensor2D; stats: Tensors } {
  const batch = images.shape[0];
  if (batch % groups !== 0 || batch / groups < 2) throw splitTooFine(batch, groups);
  if (groups === 1) return encoder.apply(weights, images, 'train');
  const parts = tf.split<tf.Tensor4D>(images, groups).map((part) => encoder.apply(weights, part, 'train'));
  const stats = Object.fromEntries(
    Object.keys(weights.stats).map((name) => [name, tf.div(tf.addN(parts.map((part) => part.stats[name]!)), groups)] as const),
  );
  return { head: tf.concat(parts.map((part) => part.head)), stats };
}

/**
 * Like {@link forwardInGroups}, on the batch in a random order that is undone afterwards: without it, a query and its own key would share a
 * group, and the network could tell the positive by the group's statistics (MoCo, section 3.3: shuffling BN).
 */
export function forwardShuffled(
  encoder: Encoder,
  weights: EncoderWeights,
  images: tf.Tensor4D,
  groups: number,
  rng: Rng,
): { head: tf.Tensor2D; stats: Tensors } {
  if (groups === 1) return forwardInGroups(encoder, weights, images, 1);
  const batch = images.shape[0];
  const order = tf.reshape(permutationFromUniforms(rng.uniform([1, batch]) as tf.Tensor2D), [batch]);
  const shuffled = forwardInGroups(encoder, weights, gather(images, order) as tf.Tensor4D, groups);
  const [back] = execute('InvertPermutation', [attr.type('T', 'int32')], [order]);
  return { head: gather(shuffled.head, back as tf.Tensor1D) as tf.Tensor2D, stats: shuffled.stats };
}
