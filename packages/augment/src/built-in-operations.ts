import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { defineOperation, range, type BuiltInOp } from './operation.js';
import { autocontrast } from './ops/autocontrast.js';
import { colorJitter, type Jitter } from './ops/color-jitter.js';
import { cutout, type Hole } from './ops/cutout.js';
import { equalize } from './ops/equalize.js';
import { gaussianBlur } from './ops/gaussian-blur.js';
import { grayscale } from './ops/grayscale.js';
import { horizontalFlip } from './ops/horizontal-flip.js';
import { invert } from './ops/invert.js';
import { padAndCrop } from './ops/pad-and-crop.js';
import { posterize } from './ops/posterize.js';
import { randAugment, RAND_AUGMENT_KINDS } from './ops/rand-augment.js';
import { sharpness } from './ops/sharpness.js';
import { solarize } from './ops/solarize.js';
import { toGrid, type PerImage } from './planes.js';

/** u brought to [min, max). */
const between = (u: PerImage, min: number, max: number): PerImage => tf.add(tf.mul(u, max - min), min);
const factor = (u: PerImage, strength: number): PerImage => between(u, Math.max(0, 1 - strength), 1 + strength);
/** A whole number in [0, count). */
const below = (u: PerImage, count: number): PerImage => tf.floor(tf.mul(u, count));
const strength = z.number().min(0).max(1).describe('the factor is drawn from 1 - x to 1 + x');
const whole = { shape: {}, defaults: {} };

const jitter = defineOperation({
  name: 'color-jitter',
  shape: {
    brightness: strength,
    contrast: strength,
    saturation: strength,
    hue: z.number().min(0).max(0.5).describe('the shift is drawn from -x to x, parts of the hue circle; 0: hue is not touched'),
  },
  defaults: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  draws: 8,
  choosesItself: true,
  parameters: (u, { brightness, contrast, saturation, hue }) => ({
    brightness: factor(u[0]!, brightness),
    contrast: factor(u[1]!, contrast),
    saturation: factor(u[2]!, saturation),
    ...(hue > 0 ? { hue: between(u[3]!, -hue, hue) } : {}),
    order: tf.stack(u.slice(4, 8), 1), // sorted keys are a random order
  }),
  apply: (planes, parameters, _options, chosen) => colorJitter(planes, { ...(parameters as unknown as Jitter), chosen }),
});

const blur = defineOperation({
  name: 'gaussian-blur',
  shape: { sigma: range(z.number().positive(), 'least and most sigma of the blur, pixels; the kernel has radius ceil(3 sigma)') },
  defaults: { sigma: [0.1, 2] },
  draws: 1,
  parameters: (u, { sigma }) => ({ sigma: between(u[0]!, ...sigma) }),
  apply: (planes, { sigma }, options) => toGrid(gaussianBlur(planes, sigma as PerImage, { most: options.sigma[1] })),
});

const sharpen = defineOperation({
  name: 'sharpness',
  shape: { factor: range(z.number().min(0), 'least and most factor; 0 smooth, 1 as it is, above: sharper') },
  defaults: { factor: [0.1, 1.9] },
  draws: 1,
  parameters: (u, options) => ({ factor: between(u[0]!, ...options.factor) }),
  apply: (planes, parameters) => sharpness(planes, parameters['factor'] as PerImage),
});

const padCrop = defineOperation({
  name: 'pad-and-crop',
  shape: {
    padding: z.int().min(1).max(512).describe('pixels added on each side before the crop'),
    mode: z.enum(['constant', 'reflect']).describe('what is added: black, or the image mirrored'),
  },
  defaults: { padding: 4, mode: 'constant' },
  draws: 2,
  parameters: (u, { padding }) => ({ top: below(u[0]!, 2 * padding + 1), left: below(u[1]!, 2 * padding + 1) }),
  apply: (planes, { top, left }, { padding, mode }) =>
    padAndCrop(planes, { top: top as PerImage, left: left as PerImage }, padding, mode),
});

const byte = z.int().min(0).max(255);
const hole = defineOperation({
  name: 'cutout',
  shape: {
    side: z.int().min(2).max(1024).describe('of the square that is taken out, pixels; its centre lies anywhere in the image'),
    fill: z.tuple([byte, byte, byte]).describe('red, green and blue of the square'),
  },
  defaults: { side: 16, fill: [0, 0, 0] },
  draws: 2,
  cheap: true,
  parameters: (u, { side }, size) => {
    const half = Math.floor(side / 2);
    const square = tf.fill([u[0]!.shape[0]], 2 * half);
    return { top: tf.sub(below(u[0]!, size), half), left: tf.sub(below(u[1]!, size), half), height: square, width: square };
  },
  apply: (planes, parameters, { fill }) => cutout(planes, parameters as unknown as Hole, fill),
});

const rand = defineOperation({
  name: 'rand-augment',
  shape: {
    count: z.int().min(1).max(8).describe('operations applied to an image, one after another'),
    magnitude: z.int().min(0).max(99).describe('how strong they are, 0 to bins - 1'),
    bins: z.int().min(2).max(100).describe('steps of the magnitude'),
  },
  defaults: { count: 2, magnitude: 9, bins: 31 },
  draws: ({ count }) => 2 * count,
  parameters: (u, { count }) => ({
    kind: tf.stack(Array.from({ length: count }, (_, at) => below(u[2 * at]!, RAND_AUGMENT_KINDS.length)), 1),
    sign: tf.stack(Array.from({ length: count }, (_, at) => tf.sub(1, tf.mul(below(u[2 * at + 1]!, 2), 2))), 1),
  }), // prettier-ignore
  apply: (planes, { kind, sign }, options) => {
    const rounds = [tf.unstack(kind!, 1), tf.unstack(sign!, 1)] as [PerImage[], PerImage[]];
    return rounds[0].reduce((x, one, at) => randAugment(x, { kind: one, sign: rounds[1][at]! }, options), planes);
  },
});

/** The operations that lists of a recipe may name without a plugin. */
export const builtInOperations: readonly BuiltInOp[] = [
  jitter,
  defineOperation({ name: 'grayscale', ...whole, cheap: true, apply: grayscale }),
  blur,
  defineOperation({
    name: 'solarize',
    shape: { threshold: z.number().min(0).max(256).describe('values from here on are inverted') },
    defaults: { threshold: 128 },
    cheap: true,
    apply: (planes, _, { threshold }) => solarize(planes, threshold),
  }),
  defineOperation({ name: 'equalize', ...whole, apply: equalize }),
  defineOperation({ name: 'autocontrast', ...whole, apply: autocontrast }),
  defineOperation({
    name: 'posterize',
    shape: { bits: z.int().min(1).max(8).describe('upper bits of each value that are kept') },
    defaults: { bits: 4 },
    cheap: true,
    apply: (planes, _, { bits }) => posterize(planes, bits),
  }),
  defineOperation({ name: 'invert', ...whole, cheap: true, apply: invert }),
  sharpen,
  defineOperation({ name: 'horizontal-flip', ...whole, cheap: true, apply: horizontalFlip }),
  padCrop,
  hole,
  rand,
];
