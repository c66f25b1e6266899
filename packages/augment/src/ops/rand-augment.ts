import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { changeChosen, choose, overPlanes, type PerImage, type Planes } from '../planes.js';
import { affineNearest, fixedPoint, type AffineMatrix } from './affine-nearest.js';
import { autocontrast } from './autocontrast.js';
import { blend } from './blend.js';
import { equalize } from './equalize.js';
import { luma, meanLuma } from './luma.js';
import { posterize } from './posterize.js';
import { smooth } from './sharpness.js';
import { solarize } from './solarize.js';

/** torchvision's, in its order. */
export const RAND_AUGMENT_KINDS = [
  'identity',
  'shear-x',
  'shear-y',
  'translate-x',
  'translate-y',
  'rotate',
  'brightness',
  'color',
  'contrast',
  'sharpness',
  'posterize',
  'solarize',
  'autocontrast',
  'equalize',
] as const;
type Kind = (typeof RAND_AUGMENT_KINDS)[number];

/** One round, of each image: which operation, [B], place in RAND_AUGMENT_KINDS; 1 or -1, [B], for those that have two directions. */
export interface Round {
  readonly kind: PerImage;
  readonly sign: PerImage;
}

export interface Magnitude {
  /** 0..bins - 1. */
  readonly magnitude: number;
  readonly bins: number;
}

/** One round of torchvision's RandAugment with the nearest pixel and black outside; `sign` of the others is not looked at. */
export function randAugment(planes: Planes, { kind, sign }: Round, strength: Magnitude): Planes {
  const [, , height, width] = planes.shape;
  return tf.tidy(() => {
    const level = levels(strength, [height, width]);
    const is = (...kinds: Kind[]): tf.Tensor1D =>
      kinds
        .map((one) => tf.equal(kind, RAND_AUGMENT_KINDS.indexOf(one)) as tf.Tensor1D)
        .reduce((some, one) => tf.logicalOr(some, one));
    const rows = tf.add(tf.mul(kind, 2), tf.cast(tf.less(sign, 0), 'float32'));
    const matrices = gather(matrixTable(level, [height, width]), tf.cast(rows, 'int32')) as tf.Tensor2D;
    const moved = changeChosen(
      is('shear-x', 'shear-y', 'translate-x', 'translate-y', 'rotate'),
      planes,
      { matrices },
      (x, given) => affineNearest(x, given.matrices),
    );
    const factor = tf.add(1, tf.mul(sign, level.factor)) as PerImage;
    const weight = (one: Kind): PerImage => tf.cast(is(one), 'float32');
    const [color, contrast, sharp] = [weight('color'), weight('contrast'), weight('sharpness')];
    const blended = changeChosen(
      is('brightness', 'color', 'contrast', 'sharpness'),
      moved,
      { factor, color, contrast, sharp },
      blendWithOne,
    );
    const coarse = choose(is('posterize'), posterize(blended, level.bits), blended);
    const solar = choose(is('solarize'), solarize(coarse, level.threshold), coarse);
    const stretched = changeChosen(is('autocontrast'), solar, {}, (x) => autocontrast(x));
    return changeChosen(is('equalize'), stretched, {}, (x) => equalize(x));
  });
}

/** Blended with its gray, its mean, its smoothed self, or black. Weights are 0 or 1, at most one of them 1. */
function blendWithOne(
  planes: Planes,
  { factor, color, contrast, sharp }: Record<'factor' | 'color' | 'contrast' | 'sharp', PerImage>,
): Planes {
  const gray = luma(planes);
  const flat = tf.add(tf.mul(gray, overPlanes(color)), tf.mul(meanLuma(gray), overPlanes(contrast)));
  return blend(tf.add(flat, tf.mul(smooth(planes), overPlanes(sharp))), planes, factor);
}

type Levels = ReturnType<typeof levels>;

/** What a magnitude means for each kind. float32 as in torch.linspace, where it matters. */
function levels({ magnitude, bins }: Magnitude, [height, width]: [number, number]) {
  const share = bins > 1 ? magnitude / (bins - 1) : 0;
  return {
    shear: Math.fround(0.3 * share),
    moveX: Math.trunc(Math.fround((150 / 331) * width * share)),
    moveY: Math.trunc(Math.fround((150 / 331) * height * share)),
    degrees: Math.fround(30 * share),
    factor: Math.fround(0.9 * share),
    bits: bins > 1 ? 8 - roundHalfEven(magnitude / ((bins - 1) / 4)) : 8,
    threshold: 255 * (1 - share),
  };
}

const roundHalfEven = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** The matrix of each kind in either direction, [2 * kinds, 6] int32. */
function matrixTable({ shear, moveX, moveY, degrees }: Levels, [height, width]: [number, number]): tf.Tensor2D {
  const matrixOf = (kind: Kind, sign: number): AffineMatrix => {
    if (kind === 'shear-x') return [1, sign * shear, 0, 0, 1, 0];
    if (kind === 'shear-y') return [1, 0, 0, sign * shear, 1, 0];
    if (kind === 'translate-x') return [1, 0, -sign * moveX, 0, 1, 0];
    if (kind === 'translate-y') return [1, 0, 0, 0, 1, -sign * moveY];
    return kind === 'rotate' ? rotation(sign * degrees, [height, width]) : [1, 0, 0, 0, 1, 0];
  };
  const rows = RAND_AUGMENT_KINDS.flatMap((kind) => [1, -1].map((sign) => fixedPoint(matrixOf(kind, sign))));
  return tf.tensor2d(rows, [rows.length, 6], 'int32');
}

/** PIL's, counter-clockwise about the centre. */
function rotation(degrees: number, [height, width]: [number, number]): AffineMatrix {
  const angle = -degrees * (Math.PI / 180);
  const round = (x: number): number => Number(x.toFixed(15));
  const [cos, sin] = [round(Math.cos(angle)), round(Math.sin(angle))];
  const [x, y] = [width / 2, height / 2];
  return [cos, sin, -cos * x - sin * y + x, -sin, cos, sin * x - cos * y + y];
}
