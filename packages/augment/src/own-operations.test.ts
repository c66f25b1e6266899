import type { AugmentationOp } from '@mochi/contract';
import { compile, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { augmentationOf } from './augmentation.js';
import { recipeConfig } from './recipes/recipe-config.js';
import { recipeOf } from './recipes/recipe-of.js';
import { custom } from './recipes/recipes.js';

await startTensorFlow();

/** Brighter by a share that is drawn. */
const brighter: AugmentationOp<{ most: number }> = {
  name: 'acme-brighter',
  options: z.strictObject({ most: z.number().max(2).default(1) }),
  draws: 1,
  parameters: ([u], { most }) => ({ share: tf.add(1, tf.mul(u!, most)) }),
  apply: (planes, { share }) => tf.tidy(() => tf.clipByValue(tf.floor(tf.mul(planes, tf.reshape(share!, [-1, 1, 1]))), 0, 255)),
};
const made = (entry: object, ...own: AugmentationOp[]) =>
  augmentationOf(recipeOf(custom, { size: 12, crop: 'whole', views: ['query'], add: [entry] }), own.map((service, at) => ({ label: `"acme" (extension.${at})`, service }))); // prettier-ignore

describe('which operation is meant', () => {
  test.each<[string, () => unknown, string, RegExp]>([
    ['the name of one that ships', () => made({ op: 'grayscale' }, { ...brighter, name: 'grayscale' }), 'MOCHI_AUGMENT_OP_NAME',
      /called "grayscale": those of mochi itself and "acme" \(extension\.0\)[^]*acme-grayscale/],
    ['one name for two', () => made({ op: 'acme-brighter' }, brighter, { ...brighter }), 'MOCHI_AUGMENT_OP_NAME', /called "acme-brighter": those of "acme" \(extension\.0\) and "acme" \(extension\.1\)/],
    ['no name', () => made({ op: 'acme' }, { ...brighter, name: undefined as never }), 'MOCHI_AUGMENT_OP_NAME', /the plugin "acme" \(extension\.0\) provides has no name/],
    ['a misspelt name', () => made({ op: 'acme-brigter' }, brighter), 'MOCHI_AUGMENT_OP_UNKNOWN', /names "acme-brigter"[^]*Did you mean "acme-brighter"/],
    ['a misspelt option', () => made({ op: 'acme-brighter', msot: 1 }, brighter), 'MOCHI_AUGMENT_OP',
      /"msot" is no option of acme-brighter, which takes most, p, before, views; did you mean "most"\?/],
    ['a value out of bounds', () => made({ op: 'acme-brighter', most: 3 }, brighter), 'MOCHI_AUGMENT_OP', /most: Too big/],
  ])('told: %s', (_, make, code, says) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(says) as string }));
  }); // prettier-ignore

  test('a misspelt option of one that ships is told by the schema of the config, with its place', () => {
    const { error } = recipeConfig(custom).safeParse({ add: [{ op: 'cutout', sdie: 3 }] });
    expect(error?.issues).toMatchObject([
      {
        path: ['add', 0],
        message: '"sdie" is no option of cutout, which takes side, fill, p, before, views; did you mean "side"?',
      },
    ]);
  });
});

const { draws: _, ...undrawn } = brighter;
test.each<[string, AugmentationOp, RegExp]>([
  ['draws that it does not declare', undrawn, /"acme-brighter" .* threw in parameters: [^]*the 0 draws of each image[^]*set `draws`/],
  ['axes in another order', { ...brighter, apply: (planes) => tf.transpose(planes, [1, 0, 2, 3]) }, /"acme-brighter" .* returned \[2, 3, 12, 12\] float32 for planes of \[3, 2, 12, 12\] float32/],
  ['no planes at all', { ...brighter, apply: () => undefined as never }, /returned nothing for planes/],
  ['bytes', { ...brighter, apply: (planes) => tf.cast(planes, 'int32') }, /returned \[3, 2, 12, 12\] int32/],
  ['shapes that do not fit', { ...brighter, apply: (planes, { share }) => tf.mul(planes, tf.reshape(share!, [2, 1])) }, /threw in apply/],
])('an operation is named while the recipe is traced: %s', (_, op, says) => {
  const augmentation = made({ op: 'acme-brighter', p: 0.5 }, op);
  const { draws } = augmentation.views[0]!;
  const run = compile((x: tf.Tensor4D, u: tf.Tensor2D) => augmentation.apply(x, u, 'query'), { name: 'recipe' });
  const call = () => run(tf.zeros([2, 12, 12, 3]) as tf.Tensor4D, tf.zeros([2, draws]));
  expect(call).toThrow(expect.objectContaining({ code: 'MOCHI_AUGMENT_OP_FAILED', message: expect.stringMatching(says) as string }));
  run.dispose();
}); // prettier-ignore
