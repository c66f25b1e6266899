import { IMAGENET_MEAN, IMAGENET_STD, type Rgb } from '../ops/normalize.js';
import type { RecipeData } from './recipe-data.js';

const IMAGENET = { mean: IMAGENET_MEAN, std: IMAGENET_STD };
/** CIFAR-10's statistics, in parts of 255, as MoCo's demo has them. */
const CIFAR: { mean: Rgb; std: Rgb } = { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] };

const RATIO = [3 / 4, 4 / 3] as const;
const JITTER = { op: 'color-jitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, p: 0.8 } as const;
const STRONG_JITTER = { ...JITTER, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 } as const;
const GRAYSCALE = { op: 'grayscale', p: 0.2 } as const;
const BLUR = { op: 'gaussian-blur', sigma: [0.1, 2], p: 0.5 } as const;
const FLIP = { op: 'horizontal-flip', p: 0.5 } as const;
const PAIR = { query: {}, key: {} } as const;

/** He et al. 2020, arXiv:1911.05722, as its authors' code has it: grayscale before the jitter, which happens always, and no blur. */
export const mocoV1: RecipeData = {
  ...{ name: 'moco-v1', version: 1, size: 224, crop: { scale: [0.2, 1], ratio: RATIO } },
  ops: { grayscale: GRAYSCALE, jitter: { ...JITTER, hue: 0.4, p: 1 }, flip: FLIP },
  views: PAIR,
  ...IMAGENET,
};

/** Chen et al. 2020, Improved Baselines with Momentum Contrastive Learning, arXiv:2003.04297. */
export const mocoV2: RecipeData = {
  ...{ name: 'moco-v2', version: 1, size: 224, crop: { scale: [0.2, 1], ratio: RATIO } },
  ops: { jitter: JITTER, grayscale: GRAYSCALE, blur: BLUR, flip: FLIP },
  views: PAIR,
  ...IMAGENET,
};

/** Chen et al. 2020, A Simple Framework for Contrastive Learning, arXiv:2002.05709, appendix A, strength 1. */
export const simclr: RecipeData = {
  ...{ name: 'simclr', version: 1, size: 224, crop: { scale: [0.08, 1], ratio: RATIO } },
  ops: { flip: FLIP, jitter: STRONG_JITTER, grayscale: GRAYSCALE, blur: BLUR },
  views: PAIR,
  ...IMAGENET,
};

/** Grill et al. 2020, Bootstrap Your Own Latent, arXiv:2006.07733, table 6: its two views are made differently. */
export const byol: RecipeData = {
  ...{ name: 'byol', version: 1, size: 224, crop: { scale: [0.08, 1], ratio: RATIO } },
  ops: {
    flip: FLIP,
    jitter: { ...JITTER, saturation: 0.2 },
    grayscale: GRAYSCALE,
    blur: { ...BLUR, p: 1 },
    solarize: { op: 'solarize', threshold: 128, p: 0 },
  },
  views: { query: {}, key: { blur: { p: 0.1 }, solarize: { p: 0.2 } } },
  ...IMAGENET,
};

/** CIFAR-10 as in the demo of MoCo's authors: no blur. */
export const cifar: RecipeData = {
  ...{ name: 'cifar', version: 1, size: 32, crop: { scale: [0.08, 1], ratio: RATIO } },
  ops: { flip: FLIP, jitter: JITTER, grayscale: GRAYSCALE },
  views: PAIR,
  ...CIFAR,
};

/** Caron et al. 2020, Unsupervised Learning by Contrasting Cluster Assignments, arXiv:2006.09882: two views and six small ones. */
export const multiCrop: RecipeData = {
  ...{ name: 'multi-crop', version: 1, size: 224, crop: { scale: [0.14, 1], ratio: RATIO } },
  ops: { flip: FLIP, jitter: STRONG_JITTER, grayscale: GRAYSCALE, blur: BLUR },
  views: PAIR,
  small: { count: 6, size: 96, scale: [0.05, 0.14] },
  ...IMAGENET,
};

/** A crop and nothing else, to be filled by the config's `add`. */
export const custom: RecipeData = {
  ...{ name: 'custom', version: 1, size: 224, crop: { scale: [0.08, 1], ratio: RATIO } },
  ops: {},
  views: PAIR,
  ...IMAGENET,
};

/** No augmentation, for programs that only look: resize, centre crop, normalise. */
export const evalImagenet: RecipeData = { ...custom, name: 'eval-imagenet', views: {} };
export const evalCifar: RecipeData = { ...evalImagenet, name: 'eval-cifar', size: 32, ...CIFAR };

const all = [mocoV1, mocoV2, simclr, byol, cifar, multiCrop, custom, evalImagenet, evalCifar];

/** Every recipe that ships, by name. */
export const recipes: Readonly<Record<string, RecipeData>> = Object.fromEntries(all.map((recipe) => [recipe.name, recipe]));
