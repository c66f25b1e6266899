import { cond, repeat } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { changeChosen, isAlone, overPlanes, type PerImage, type Planes } from '../planes.js';
import { blend } from './blend.js';
import { hue } from './hue.js';
import { luma, meanLuma } from './luma.js';

/** What each image is changed by. */
export interface Jitter {
  /** Factors, [B]; 1 leaves the image as it is. */
  readonly brightness: PerImage;
  readonly contrast: PerImage;
  readonly saturation: PerImage;
  /** Part of the hue circle, [B]. Absent: no image's hue is touched. */
  readonly hue?: PerImage;
  /** [B, 4]: the operations of an image are applied by rising key; columns brightness, contrast, saturation, hue. */
  readonly order: tf.Tensor2D;
  /** [B] bool; the other images come back exactly as they were. */
  readonly chosen: tf.Tensor1D;
}

/**
 * torchvision's ColorJitter, each image with its own factors and its own order.
 *
 * Brightness, contrast and saturation are one operation, a blend, with what is blended chosen per image; so three rounds before the hue
 * and three after it hold every order, and the hue, the dearest of the four, is computed once instead of once per round.
 */
export function colorJitter(planes: Planes, jitter: Jitter): Planes {
  return tf.tidy(() => {
    if (isAlone(planes)) return changeChosen(jitter.chosen, planes, jitter, jitterOne);
    const rounds = planRounds(jitter);
    if (!jitter.hue) return rounds.reduce((x, { all }) => blendRound(x, all), planes);
    const before = rounds.reduce((x, { before: round }) => blendRound(x, round), planes);
    const turned = changeChosen(jitter.chosen, before, { shift: jitter.hue }, (x, { shift }) => hue(x, shift));
    return rounds.reduce((x, { after: round }) => blendRound(x, round), turned);
  });
}

/** One blend of every image: [B] each. Weights are 0 or 1, at most one of them 1; with neither, black is blended. */
interface Round {
  readonly factor: PerImage;
  readonly contrast: PerImage;
  readonly saturation: PerImage;
}

function blendRound(planes: Planes, { factor, contrast, saturation }: Round): Planes {
  return tf.tidy(() => {
    const gray = luma(planes);
    const from = tf.add(tf.mul(meanLuma(gray), overPlanes(contrast)), tf.mul(gray, overPlanes(saturation)));
    return blend(from, planes, factor);
  });
}

/** Round r has each image's blend of rank r, in `before` or in `after` as it stands to the hue, and a factor of 1 in the other. */
function planRounds({ brightness, contrast, saturation, order, chosen }: Jitter): { all: Round; before: Round; after: Round }[] {
  const [b, c, s, h] = tf.unstack(order, 1) as [PerImage, PerImage, PerImage, PerImage];
  const ahead = (x: PerImage, y: PerImage): PerImage => tf.cast(tf.lessEqual(x, y), 'float32'); // of equal keys the left one goes first
  const [bc, bs, cs] = [ahead(b, c), ahead(b, s), ahead(c, s)];
  const blends = [
    { rank: tf.sub(2, tf.add(bc, bs)), factor: brightness, early: ahead(b, h) },
    { rank: tf.add(bc, tf.sub(1, cs)), factor: contrast, early: ahead(c, h) },
    { rank: tf.add(bs, cs), factor: saturation, early: ahead(s, h) },
  ];
  const on = tf.cast(chosen, 'float32') as PerImage;
  return [0, 1, 2].map((rank) => {
    const mine = blends.map((blend) => tf.mul(on, tf.cast(tf.equal(blend.rank, rank), 'float32')) as PerImage); // one of three is 1
    const round = (weights: PerImage[]): Round => ({
      // Sums with one term other than 0: exact, so a factor of 1 stays 1.
      factor: tf.add(
        tf.addN(weights.map((weight, at) => tf.mul(weight, blends[at]!.factor))),
        tf.sub(1, tf.addN(weights)),
      ) as PerImage,
      contrast: weights[1]!,
      saturation: weights[2]!,
    });
    const early = mine.map((weight, at) => tf.mul(weight, blends[at]!.early) as PerImage);
    const late = mine.map((weight, at) => tf.sub(weight, early[at]!) as PerImage);
    return { all: round(mine), before: round(early), after: round(late) };
  });
}

/** One image: in each round the operation whose turn it is, and no other. */
function jitterOne(planes: Planes, { order, brightness: b, contrast: c, saturation: s, hue: h }: Omit<Jitter, 'chosen'>): Planes {
  const keys = tf.unstack(tf.reshape(order, [4])).slice(0, h ? 4 : 3);
  // An operation comes after those of smaller keys; of equal keys the left one goes first.
  const turns = keys.map((key, at) => {
    const others = keys.filter((_, other) => other !== at);
    return tf.addN(others.map((other, n) => tf.cast(n < at ? tf.lessEqual(other, key) : tf.less(other, key), 'int32')));
  });
  return repeat(keys.length, planes, { turns, factors: [b, c, s], ...(h ? { h } : {}) }, (round, x, all) => {
    const now = all.turns.map((turn) => tf.reshape(tf.cast(tf.equal(turn, round), 'float32'), [1]) as PerImage);
    const factor = tf.addN(all.factors.map((one, at) => tf.mul(one, now[at]!))) as PerImage;
    const blended = { x, factor, contrast: now[1]!, saturation: now[2]! };
    const blendOne = ({ x: y, ...how }: typeof blended): Planes => blendRound(y, how);
    if (!all.h) return blendOne(blended);
    const isHue = tf.equal(all.turns[3]!, round);
    return cond(isHue, { blended, h: all.h }, (given) => hue(given.blended.x, given.h), (given) => blendOne(given.blended)); // prettier-ignore
  });
}
