import type { ImageChange } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** A corruption of images in 0..1, [B, s, s, 3]; the result is cut to 0..1. @param strength Of the severity. @param seeds One int32 for each image. */
type Corrupt = (images: tf.Tensor4D, strength: number, seeds: tf.Tensor1D) => tf.Tensor4D;

interface Corruption {
  /** Strength at severity 1 to 5, those of CIFAR-10-C. */
  readonly strengths: readonly [number, number, number, number, number];
  readonly corrupt: Corrupt;
}

const uniform = (images: tf.Tensor4D, seeds: tf.Tensor1D, stream: string): tf.Tensor4D =>
  createRng(0, `corrupt/${stream}`).perSample(seeds).uniform(images.shape.slice(1)) as tf.Tensor4D;

/** Standard normal, by Box and Muller. */
function normal(images: tf.Tensor4D, seeds: tf.Tensor1D, stream: string): tf.Tensor4D {
  const radius = tf.sqrt(tf.mul(tf.log(tf.sub(1, uniform(images, seeds, `${stream}/radius`))), -2));
  return tf.mul(radius, tf.cos(tf.mul(uniform(images, seeds, `${stream}/angle`), 2 * Math.PI)));
}

/** Separable, borders reflected. @param sigma Pixels. */
function blur(images: tf.Tensor4D, sigma: number): tf.Tensor4D {
  const reach = Math.min(Math.max(1, Math.ceil(3 * sigma)), images.shape[1] - 1);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const filter = (shape: [number, number, number, number]) =>
    tf.tensor4d(taps.flatMap((tap) => Array<number>(3).fill(tap / sum)), shape); // prettier-ignore
  const padded = tf.mirrorPad(images, [[0, 0], [reach, reach], [reach, reach], [0, 0]], 'reflect'); // prettier-ignore
  const rows = tf.depthwiseConv2d(padded, filter([taps.length, 1, 3, 1]), 1, 'valid');
  return tf.depthwiseConv2d(rows, filter([1, taps.length, 3, 1]), 1, 'valid');
}

/** Blocks of equal colour: made small by box means of nearest pixels, and large again. */
function pixelate(images: tf.Tensor4D, share: number): tf.Tensor4D {
  const size = images.shape[1];
  const small = Math.max(1, Math.floor(size * share));
  const places = (count: number, of: number) =>
    tf.tensor1d(Int32Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * of) / count)), 'int32'); // prettier-ignore
  const pick = (x: tf.Tensor4D, index: tf.Tensor1D): tf.Tensor4D => tf.gather(tf.gather(x, index, 1), index, 2);
  return pick(pick(images, places(small, size)), places(size, small));
}

/** Those that one op or a few can do; names as in the benchmark. */
export const CORRUPTIONS = {
  'gaussian-noise': {
    strengths: [0.04, 0.06, 0.08, 0.09, 0.1],
    corrupt: (images, strength, seeds) => tf.add(images, tf.mul(normal(images, seeds, 'gaussian'), strength)),
  },
  'shot-noise': {
    strengths: [500, 250, 100, 75, 50],
    // Photons at that many for white: normal with the variance of Poisson.
    corrupt: (images, strength, seeds) =>
      tf.add(images, tf.mul(normal(images, seeds, 'shot'), tf.sqrt(tf.div(images, strength)))),
  },
  'impulse-noise': {
    strengths: [0.01, 0.02, 0.03, 0.05, 0.07],
    corrupt: (images, strength, seeds) => {
      const lot = uniform(images, seeds, 'impulse');
      const salted = tf.where(tf.less(lot, strength / 2), tf.onesLike(images), images);
      return tf.where(tf.greater(lot, 1 - strength / 2), tf.zerosLike(images), salted) as tf.Tensor4D;
    },
  },
  'gaussian-blur': { strengths: [0.4, 0.6, 0.7, 0.8, 1], corrupt: (images, strength) => blur(images, strength) },
  pixelate: { strengths: [0.95, 0.9, 0.85, 0.75, 0.65], corrupt: (images, strength) => pixelate(images, strength) },
  brightness: { strengths: [0.05, 0.1, 0.15, 0.2, 0.3], corrupt: (images, strength) => tf.add(images, strength) },
  contrast: {
    strengths: [0.75, 0.5, 0.4, 0.3, 0.15],
    corrupt: (images, strength) => {
      const mean = tf.mean(images, [1, 2], true);
      return tf.add(tf.mul(tf.sub(images, mean), strength), mean);
    },
  },
} as const satisfies Record<string, Corruption>;

export type CorruptionName = keyof typeof CORRUPTIONS;

/** Seeds that two uniform numbers make: enough that two images rarely share one. */
const SEEDS = 2 ** 24;

/**
 * A corruption of every image, its noise a function of the sample alone.
 *
 * @param severity 1 (weak) to 5.
 * @see Hendrycks and Dietterich 2019, Benchmarking Neural Network Robustness to Common Corruptions and Perturbations, arXiv:1903.12261
 */
export function corruption(name: CorruptionName, severity: number): ImageChange {
  const { strengths, corrupt }: Corruption = CORRUPTIONS[name];
  return {
    name: `${name}-${severity}`,
    draws: 1,
    apply: (images, draws) => {
      const seeds = tf.cast<tf.Tensor1D>(tf.floor(tf.mul(tf.squeeze(draws, [1]), SEEDS)), 'int32');
      const changed = corrupt(tf.div(images, 255), strengths[severity - 1]!, seeds);
      return tf.round(tf.mul(tf.clipByValue(changed, 0, 1), 255));
    },
  };
}
