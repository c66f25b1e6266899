import type { Augmentation, AugmentationOp, ViewSpec } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { applyOperations, drawOperations } from './apply-operations.js';
import { evalBoxes } from './crop/eval-crop.js';
import { CROP_DRAWS, randomCropBoxes } from './crop/random-resized-crop.js';
import { unknownView } from './errors.js';
import { IMAGENET_MEAN, IMAGENET_STD, normalize, type Rgb } from './ops/normalize.js';
import { knownOperations, placeOperations, type OwnOperation, type PlacedOperation } from './place-operations.js';
import { toImages, toPlanes } from './planes.js';
import type { Recipe, ViewRecipe } from './recipe.js';

/** The view that is the same each time: what evaluation looks at. Every augmentation has it. */
export const EVAL_VIEW = 'eval';

/** A random view, ready to be made. */
interface MadeView {
  readonly spec: ViewSpec;
  readonly recipe: ViewRecipe;
  readonly placed: readonly PlacedOperation[];
}

/**
 * A recipe as an augmentation: its random views, and `eval`.
 *
 * @param operations Those that the recipe may name beside the built-in ones, each by a name of its own.
 * @throws MOCHI_AUGMENT_OP_NAME, MOCHI_AUGMENT_OP_UNKNOWN, MOCHI_AUGMENT_OP; MOCHI_UNKNOWN_VIEW and MOCHI_AUGMENT_OP_FAILED from the functions of
 * what is returned.
 */
export function augmentationOf(recipe: Recipe, operations: readonly OwnOperation[] = []): Augmentation {
  const { size, mean, std } = recipe;
  const plain = evalTransform(size, recipe);
  const known = knownOperations(operations);
  const made = new Map(Object.keys(recipe.views).map((name) => [name, makeView(name, recipe, known)]));
  const views = [...[...made.values()].map(({ spec }) => spec), ...plain.views];
  const random = (view: string): MadeView | undefined => {
    if (!views.some(({ name }) => name === view)) throw unknownView(recipe.name, view, views.map(({ name }) => name)); // prettier-ignore
    return made.get(view);
  };
  const own = ({ spec, recipe: { crop } }: MadeView, draws: tf.Tensor2D): tf.Tensor2D => {
    const first = crop ? CROP_DRAWS : 0;
    return tf.slice(draws, [0, first], [-1, spec.draws - first]);
  };
  return {
    views,
    statistics: { mean, std },
    crop(sizes, draws, view) {
      const one = random(view);
      if (!one) return plain.crop(sizes, draws, view);
      const { crop } = one.recipe;
      if (!crop) return tf.tidy(() => tf.concat([tf.zerosLike(sizes), sizes], 1) as tf.Tensor2D);
      return tf.tidy(() => randomCropBoxes(sizes, tf.slice(draws, [0, 0], [-1, CROP_DRAWS]), crop));
    },
    apply(images, draws, view) {
      const one = random(view);
      if (!one) return plain.apply(images, draws, view);
      return tf.tidy(() => toImages(normalize(applyOperations(toPlanes(images), own(one, draws), one.placed), mean, std)));
    },
    parameters(draws, view) {
      const one = random(view);
      if (!one) return {};
      const drawn = drawOperations(own(one, draws), one.placed, one.spec.size);
      return Object.fromEntries(drawn.map(({ chosen, parameters }, at) => [one.placed[at]!.stream.name, { chosen, ...parameters }])); // prettier-ignore
    },
  };
}

function makeView(name: string, { name: recipeName, views }: Recipe, known: ReadonlyMap<string, AugmentationOp>): MadeView {
  const recipe = views[name]!;
  const placed = placeOperations(recipe.ops, known);
  const ofCrop = recipe.crop ? [{ name: 'random-resized-crop', count: CROP_DRAWS }] : [];
  const streams = [...ofCrop, ...placed.map(({ stream }) => stream)];
  const draws = streams.reduce((sum, { count }) => sum + count, 0);
  // Views that are made alike are made together.
  const alike = Object.keys(views).find((other) => JSON.stringify(views[other]) === JSON.stringify(recipe))!;
  return { spec: { name, size: recipe.size, draws, streams, recipe: `${recipeName}/${alike}` }, recipe, placed };
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
    statistics: { mean, std },
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
