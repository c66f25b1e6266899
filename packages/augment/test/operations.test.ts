import { compile, startTensorFlow } from '@mochi/tensorflow';
import { hasReference, referenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  autocontrast,
  cutout,
  equalize,
  invert,
  padAndCrop,
  posterize,
  RAND_AUGMENT_KINDS,
  randAugment,
  sharpness,
  solarize,
  type Planes,
} from '../src/index.js';
import { difference, onImage, pair } from './difference.js';

await startTensorFlow();

const CASES: { name: string; op: (planes: Planes) => Planes; image?: string }[] = [
  { name: 'equalize', op: equalize },
  { name: 'flat_equalize', op: equalize, image: 'flat' },
  { name: 'autocontrast', op: autocontrast },
  { name: 'flat_autocontrast', op: autocontrast, image: 'flat' },
  { name: 'posterize_3', op: (x) => posterize(x, 3) },
  { name: 'invert', op: invert },
  { name: 'solarize_77', op: (x) => solarize(x, 77) },
  { name: 'sharpness_1_7', op: (x) => sharpness(x, pair(1.7, 0.4)) },
  { name: 'sharpness_0_2', op: (x) => sharpness(x, pair(0.2, 1.4)) },
  {
    name: 'erase',
    // the square begins left of the image, as a cutout may
    op: (x) => cutout(x, { top: pair(5, 0), left: pair(-3, 9), height: pair(9, 4), width: pair(15, 80) }, [7, 100, 250]),
  },
  { name: 'pad_crop_constant', op: (x) => padAndCrop(x, { top: pair(1, 8), left: pair(7, 0) }, 4) },
  { name: 'pad_crop_reflect', op: (x) => padAndCrop(x, { top: pair(8, 0), left: pair(0, 3) }, 4, 'reflect') },
];
const ROUNDS = RAND_AUGMENT_KINDS.flatMap((name, kind) => [9, 27].map((magnitude) => ({ name, kind, magnitude })));

describe.each(['operations-0', 'operations-1'])('%s', (file) => {
  if (!hasReference(`${file}.safetensors`, import.meta.url)) return test.skip('the reference folder has none', () => {});
  const reference = referenceCase(file, import.meta.url);
  const want = (name: string): ArrayLike<number> => reference.values(name) as ArrayLike<number>;

  test.each(CASES)('$name is torchvision’s to the last bit', ({ name, op, image }) => {
    const got = onImage(reference, op, image);
    expect(difference(got, want(name)).max).toBe(0);
    got.dispose();
  });

  test.each(ROUNDS)('rand-augment $name of magnitude $magnitude, in both directions', ({ kind, magnitude }) => {
    for (const sign of [1, -1]) {
      const name = `rand_${magnitude}_${kind}_${sign}`;
      if (!reference.has(name)) continue; // it has one direction
      const other = (kind + 5) % RAND_AUGMENT_KINDS.length;
      const round = { kind: pair(kind, other), sign: pair(sign, -sign) };
      const got = onImage(reference, (x) => randAugment(x, round, { magnitude, bins: 31 }));
      expect(difference(got, want(name)).max).toBe(0);
      got.dispose();
    }
  });

  test('compiled by XLA they are the same, autocontrast within 1', () => {
    const all = compile((x: Planes) => ({ equalize: equalize(x), autocontrast: autocontrast(x) }), { name: 'tables', xla: true });
    for (const [name, most] of [['equalize', 0], ['autocontrast', 1]] as const) {
      const got = onImage(reference, (x) => all(x)[name]);
      expect(difference(got, want(name)).max).toBeLessThanOrEqual(most);
      got.dispose();
    }
    all.dispose();
  }); // prettier-ignore
});

test('a large image alone, where only what it is chosen for is computed, is as in a batch', () => {
  const planes = tf.tidy(() => tf.floor(tf.mul(tf.randomUniform([3, 2, 70, 66], 0, 1, 'float32', 3), 256))) as Planes;
  const strength = { magnitude: 14, bins: 31 };
  for (const kind of [1, 5, 8, 9, 12, 13]) {
    const both = randAugment(planes, { kind: pair(kind, 0), sign: pair(-1, 1) }, strength);
    const round = { kind: tf.tensor1d([kind]), sign: tf.tensor1d([-1]) };
    const alone = randAugment(tf.slice(planes, [0, 0], [3, 1]), round, strength);
    expect(alone).toBeAllClose(tf.slice(both, [0, 0], [3, 1]), { rtol: 0, atol: 0 });
    expect(tf.slice(both, [0, 1], [3, 1])).toBeAllClose(tf.slice(planes, [0, 1], [3, 1]), { rtol: 0, atol: 0 });
  }
});
