import type { Augmentation, ViewSpec } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { applySteps, drawsOf } from './apply-step.js';
import { evalBoxes } from './crop/eval-crop.js';
import { CROP_DRAWS, randomCropBoxes } from './crop/random-resized-crop.js';
import { unknownView } from './errors.js';
import { IMAGENET_MEAN, IMAGENET_STD, normalize, type Rgb } from './ops/normalize.js';
import { toImages, toPlanes } from './planes.js';
import type { Recipe } from './recipe.js';

/** The view that is the same each time: what evaluation looks at. Every augmentation has it. */
export const EVAL_VIEW = 'eval';

export interface ViewOptions {
  /** Side of a view, pixels. */
  readonly size: number;
  /** Names of the random views. All are made by the same recipe, with draws of their own. */
  readonly views?: readonly string[];
}

/**
 * A recipe as an augmentation: its random views (default `query` and `key`), and `eval`.
 *
 * @throws MOCHI_UNKNOWN_VIEW from `crop` and `apply`.
 */
export function augmentationOf(recipe: Recipe, { size, views = ['query', 'key'] }: ViewOptions): Augmentation {
  const plain = evalTransform(size, recipe);
  const draws = CROP_DRAWS + recipe.steps.reduce((sum, step) => sum + drawsOf(step), 0);
  const specs: ViewSpec[] = [...views.map((name) => ({ name, size, draws, recipe: recipe.name })), ...plain.views];
  const isRandom = (view: string): boolean => {
    if (!specs.some(({ name }) => name === view)) throw unknownView(recipe.name, view, specs.map(({ name }) => name)); // prettier-ignore
    return view !== EVAL_VIEW;
  };
  return {
    views: specs,
    crop: (sizes, u, view) =>
      isRandom(view)
        ? tf.tidy(() => randomCropBoxes(sizes, tf.slice(u, [0, 0], [-1, CROP_DRAWS]), recipe.crop))
        : plain.crop(sizes, u, view),
    apply: (images, u, view) =>
      isRandom(view)
        ? tf.tidy(() => {
            const rest = tf.slice(u, [0, CROP_DRAWS], [-1, draws - CROP_DRAWS]);
            return toImages(normalize(applySteps(toPlanes(images), rest, recipe.steps), recipe.mean, recipe.std));
          })
        : plain.apply(images, u, view),
  };
}

/**
 * The plain evaluation transform as an augmentation with the one view `eval`: see `evalBoxes`, then normalised. It draws nothing.
 *
 * @param size Side of the view, pixels.
 */
export function evalTransform(
  size: number,
  { mean = IMAGENET_MEAN, std = IMAGENET_STD }: { mean?: Rgb; std?: Rgb } = {},
): Augmentation {
  const check = (view: string): void => {
    if (view !== EVAL_VIEW) throw unknownView(EVAL_VIEW, view, [EVAL_VIEW]);
  };
  return {
    views: [{ name: EVAL_VIEW, size, draws: 0, sees: 'image' }],
    crop(sizes, _draws, view) {
      check(view);
      return evalBoxes(sizes, size);
    },
    apply(images, _draws, view) {
      check(view);
      return tf.tidy(() => toImages(normalize(toPlanes(images), mean, std)));
    },
  };
}
