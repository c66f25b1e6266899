import { z } from 'zod';
import { IMAGENET_MEAN, IMAGENET_STD } from './ops/normalize.js';

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const probability = z.number().min(0).max(1);
const strength = z.number().min(0).max(1);

/** Sides, names and statistics: what every recipe has. */
export const sizeConfig = z.int().min(8).max(1024).default(224).describe('side of the square view, pixels');
export const statisticsConfig = {
  mean: rgb.default([...IMAGENET_MEAN]).describe('mean of red, green and blue, in parts of 255'),
  std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .default([...IMAGENET_STD])
    .describe('standard deviation of red, green and blue, in parts of 255'),
};

const range = (low: z.ZodNumber, words: string, value: [number, number]) =>
  z
    .tuple([low, low])
    .refine(([min, max]) => min <= max, 'the first number must not be above the second')
    .default(value)
    .describe(words);

export interface RecipeDefaults {
  readonly scale: [number, number];
  readonly jitter: { brightness: number; contrast: number; saturation: number; hue: number; p: number };
  readonly grayscale: number;
  readonly blur: number;
}

/** The options of a recipe of random crop, colour jitter, grayscale, blur and flip. */
export const recipeConfig = ({ scale, jitter, grayscale, blur }: RecipeDefaults) =>
  z.strictObject({
    size: sizeConfig,
    scale: range(z.number().positive().max(1), "least and most share of the image's area in a crop", scale),
    ratio: range(z.number().positive(), 'least and most width / height of a crop', [3 / 4, 4 / 3]),
    jitter: z
      .strictObject({
        brightness: strength.default(jitter.brightness).describe('the factor is drawn from 1 - x to 1 + x'),
        contrast: strength.default(jitter.contrast).describe('the factor is drawn from 1 - x to 1 + x'),
        saturation: strength.default(jitter.saturation).describe('the factor is drawn from 1 - x to 1 + x'),
        hue: z.number().min(0).max(0.5).default(jitter.hue).describe('the shift is drawn from -x to x, parts of the hue circle'),
        p: probability.default(jitter.p).describe('probability that an image is jittered'),
      })
      .prefault({}),
    grayscale: z
      .strictObject({ p: probability.default(grayscale).describe('probability that an image is made gray') })
      .prefault({}),
    blur: z
      .strictObject({
        p: probability.default(blur).describe('probability that an image is blurred; 0 for images of 32 pixels is common'),
        sigma: range(
          z.number().positive(),
          'least and most sigma of the blur, pixels; the kernel has radius ceil(3 sigma)',
          [0.1, 2],
        ),
      })
      .prefault({}),
    flip: z.strictObject({ p: probability.default(0.5).describe('probability that left and right are exchanged') }).prefault({}),
    views: z
      .array(z.string().min(1))
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'each name once')
      .refine((names) => !names.includes('eval'), 'eval is always there and needs no naming')
      .default(['query', 'key'])
      .describe('names of the random views; `eval` is there besides'),
    ...statisticsConfig,
  });
