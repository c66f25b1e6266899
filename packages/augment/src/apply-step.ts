import * as tf from '@tensorflow/tfjs-core';
import { colorJitter } from './ops/color-jitter.js';
import { gaussianBlur } from './ops/gaussian-blur.js';
import { grayscale } from './ops/grayscale.js';
import { horizontalFlip } from './ops/horizontal-flip.js';
import { solarize } from './ops/solarize.js';
import { changeChosen, choose, toGrid, type PerImage, type Planes } from './planes.js';
import type { Step } from './recipe.js';

type StepOf<Op extends Step['op']> = Extract<Step, { op: Op }>;

interface Kind<S extends Step> {
  /** Uniform numbers that one image consumes. */
  readonly draws: number;
  /** @param u One [B] tensor for each draw. */
  apply(planes: Planes, u: readonly PerImage[], step: S): Planes;
}

/** An event of probability p, [B] bool. */
const happens = (u: PerImage, p: number): tf.Tensor1D => tf.less(u, p);

/** u brought to [min, max). */
const between = (u: PerImage, min: number, max: number): PerImage => tf.add(tf.mul(u, max - min), min);

const factor = (u: PerImage, strength: number): PerImage => between(u, Math.max(0, 1 - strength), 1 + strength);

const KINDS: { readonly [Op in Step['op']]: Kind<StepOf<Op>> } = {
  'color-jitter': {
    draws: 9,
    apply: (planes, u, step) =>
      colorJitter(planes, {
        chosen: happens(u[0]!, step.p),
        brightness: factor(u[1]!, step.brightness),
        contrast: factor(u[2]!, step.contrast),
        saturation: factor(u[3]!, step.saturation),
        ...(step.hue > 0 ? { hue: between(u[4]!, -step.hue, step.hue) } : {}),
        order: tf.stack(u.slice(5, 9), 1) as tf.Tensor2D, // sorted keys are a random order
      }),
  },
  grayscale: { draws: 1, apply: (planes, u, { p }) => choose(happens(u[0]!, p), grayscale(planes), planes) },
  'gaussian-blur': {
    draws: 2,
    apply: (planes, u, { p, sigma }) =>
      changeChosen(happens(u[0]!, p), planes, { sigmas: between(u[1]!, sigma[0], sigma[1]) }, (x, { sigmas }) =>
        toGrid(gaussianBlur(x, sigmas, { most: sigma[1] })),
      ),
  },
  solarize: { draws: 1, apply: (planes, u, { p, threshold }) => choose(happens(u[0]!, p), solarize(planes, threshold), planes) },
  'horizontal-flip': { draws: 1, apply: (planes, u, { p }) => choose(happens(u[0]!, p), horizontalFlip(planes), planes) },
};

const kindOf = (step: Step): Kind<Step> => KINDS[step.op] as Kind<Step>;

/** Uniform numbers that one image consumes in a step. */
export const drawsOf = (step: Step): number => kindOf(step).draws;

/**
 * The steps of a recipe on a batch, one after the other.
 *
 * @param draws [B, sum of the steps' draws] in [0, 1).
 */
export function applySteps(planes: Planes, draws: tf.Tensor2D, steps: readonly Step[]): Planes {
  return tf.tidy(() => {
    if (steps.length === 0) return tf.clone(planes);
    const columns = tf.unstack(draws, 1) as PerImage[];
    let at = 0;
    return steps.reduce((x, step) => {
      const count = drawsOf(step);
      at += count;
      return kindOf(step).apply(x, columns.slice(at - count, at), step);
    }, planes);
  });
}
