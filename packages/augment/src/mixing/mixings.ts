import type { InputMixing, MixContext, MixedBatch } from '@mochi/contract';
import { permutationFromUniforms } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { betaFrom } from './beta.js';
import { blendPairs, boxesOf, pastePairs, withTargets } from './mix-images.js';

type PerImage = tf.Tensor1D;

/** A random order of the batch, [B] int32. */
function shuffled({ ids, rng }: MixContext): PerImage {
  const [batch] = ids.shape;
  return tf.reshape(permutationFromUniforms(rng.fork('partners').uniform([1, batch]) as tf.Tensor2D), [batch]);
}

/** Last to first, [B] int32. */
const reversed = ({ ids }: MixContext): PerImage => tf.range(ids.shape[0] - 1, -1, -1, 'int32');

const perImage = ({ ids, rng }: MixContext, name: string, shape: number[] = []): tf.Tensor =>
  rng.fork(name).perSample(ids).uniform(shape);

/** One number for the whole batch, [B]. */
const perBatch = ({ ids, rng }: MixContext, name: string): PerImage =>
  tf.tile(rng.fork(name).uniform([1]), ids.shape) as PerImage;

/**
 * mixup: every image and another one of the batch as one, x' = s x + (1 - s) x[j], s ~ Beta(alpha, alpha) per image.
 *
 * @see Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization, arXiv:1710.09412
 */
export const mixup = (alpha: number): InputMixing => ({
  name: 'mixup',
  mix: (images, context) => blended(images, context, (drawn) => betaFrom(drawn, alpha)),
});

/**
 * CutMix: a box of every image taken from another one; the shares are the areas.
 *
 * @see Yun et al. 2019, CutMix: Regularization Strategy to Train Strong Classifiers, arXiv:1905.04899
 */
export const cutmix = (alpha: number): InputMixing => ({
  name: 'cutmix',
  mix: (images, context) =>
    tf.tidy(() => {
      const share = betaFrom(perImage(context, 'share') as PerImage, alpha);
      const boxes = boxesOf(share, perImage(context, 'centre', [2]) as tf.Tensor2D, images.shape[1]);
      return pasted(images, shuffled(context), boxes);
    }),
});

/**
 * i-Mix: mixup whose larger part is the image itself, with the keys of the batch and the bank under one softmax.
 *
 * @see Lee et al. 2021, i-Mix: A Domain-Agnostic Strategy for Contrastive Representation Learning, arXiv:2010.08887
 */
export const iMix = (alpha: number): InputMixing => ({
  name: 'i-mix',
  batchNegatives: true,
  mix: (images, context) =>
    blended(images, context, (drawn) => {
      const share = betaFrom(drawn, alpha);
      return tf.maximum(share, tf.sub(1, share));
    }),
});

/**
 * Un-Mix: the batch mixed with itself in reverse order, all of it blended or all of it with one box, with one share; the loss of the images as they
 * are stays.
 *
 * @param globalShare Probability that a batch is blended.
 * @see Shen et al. 2022, Un-Mix: Rethinking Image Mixtures for Unsupervised Visual Representation Learning, arXiv:2003.05438, algorithm 1
 */
export const unMix = (alpha: number, globalShare: number): InputMixing => ({
  name: 'un-mix',
  keepsOriginal: true,
  mix: (images, context) =>
    tf.tidy(() => {
      const share = betaFrom(perBatch(context, 'share'), alpha);
      const partners = reversed(context);
      const centre = tf.stack([perBatch(context, 'top'), perBatch(context, 'left')], 1) as tf.Tensor2D;
      const local = pastePairs(images, partners, boxesOf(share, centre, images.shape[1]));
      const isGlobal = tf.less(perBatch(context, 'global'), globalShare);
      const all = tf.reshape(isGlobal, [-1, 1, 1, 1]);
      const mixed = tf.where<tf.Tensor4D>(all, blendPairs(images, partners, share), local.images);
      return treeOf(withTargets(mixed, partners, tf.where<tf.Tensor1D>(isGlobal, share, local.share)));
    }) as unknown as MixedBatch,
});

/** @param shareOf Of a uniform number, image by image. */
const blended = (images: tf.Tensor4D, context: MixContext, shareOf: (drawn: PerImage) => PerImage): MixedBatch =>
  tf.tidy(() => {
    const partners = shuffled(context);
    const share = shareOf(perImage(context, 'share') as PerImage);
    return treeOf(withTargets(blendPairs(images, partners, share), partners, share));
  }) as unknown as MixedBatch;

function pasted(images: tf.Tensor4D, partners: PerImage, boxes: ReturnType<typeof boxesOf>) {
  const { images: mixed, share } = pastePairs(images, partners, boxes);
  return treeOf(withTargets(mixed, partners, share)) as unknown as MixedBatch & tf.TensorContainer;
}

/** For `tf.tidy`, which takes no interfaces. */
const treeOf = (mixed: MixedBatch): tf.TensorContainer => mixed as unknown as tf.TensorContainer;
