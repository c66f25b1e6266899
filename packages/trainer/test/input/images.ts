import type { Augmentation, SplitSource } from '@mochi/contract';
import { attr, execute, nativeTensor } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const HEIGHT = 12;
export const WIDTH = 16;
export const SIZE = 8;

/** The pixels of a test image, another for each seed. */
export const pixelsOf = (seed: number): Uint8Array =>
  Uint8Array.from({ length: HEIGHT * WIDTH * 3 }, (_, at) => (seed * 37 + at * (seed + 3)) % 256);

export function encode(pixels: Uint8Array, format: 'png' | 'jpg', size: [number, number] = [HEIGHT, WIDTH]): Uint8Array {
  const image = nativeTensor(pixels, [...size, 3], 'uint8');
  const encoded = (
    format === 'png' ? execute('EncodePng', [attr.type('T', 'uint8')], [image]) : execute('EncodeJpeg', [], [image])
  )[0]!;
  const bytes = (tf.engine().readSync(encoded.dataId) as unknown as Uint8Array[])[0]!;
  tf.dispose([image, encoded]);
  return bytes;
}

/** A folder of `count` images, every third a JPEG; those of `broken` are cut short. The caller removes it. */
export function imageFolder(count: number, broken: readonly number[] = []): { root: string; source: SplitSource } {
  const root = mkdtempSync(join(tmpdir(), 'mochi-input-'));
  const paths = Array.from({ length: count }, (_, id) => {
    const format = id % 3 === 2 ? 'jpg' : 'png';
    const path = join(root, `image ${id}.${format}`);
    const bytes = encode(pixelsOf(id), format);
    writeFileSync(path, broken.includes(id) ? bytes.subarray(0, 40) : bytes);
    return path;
  });
  return { root, source: sourceOf({ kind: 'files', paths }, count) };
}

export const sourceOf = (images: SplitSource['images'], length: number): SplitSource => ({
  name: 'train',
  length,
  images,
  labels: Int32Array.from({ length }, (_, id) => id % 5),
  classes: ['a', 'b', 'c', 'd', 'e'],
  describe: (id) => `image ${id}`,
});

/** A crop at a random place, and a random shade: enough to see which draws an image got. The view `eval` draws nothing. */
export const augmentation: Augmentation = {
  views: [
    { name: 'query', size: SIZE, draws: 3 },
    { name: 'key', size: SIZE, draws: 3 },
    { name: 'eval', size: SIZE, draws: 0 },
  ],
  crop: (sizes, draws, view) =>
    tf.tidy(() => {
      if (view === 'eval') return tf.concat([tf.zerosLike(sizes), sizes], 1);
      const corner = tf.floor(tf.mul(tf.slice(draws, [0, 0], [-1, 2]), 4)) as tf.Tensor2D;
      return tf.concat([corner, tf.fill([corner.shape[0], 2], SIZE)], 1) as tf.Tensor2D;
    }),
  apply: (images, draws, view) =>
    tf.tidy(() => {
      if (view === 'eval') return tf.div(images, 255);
      return tf.mul(tf.div(images, 255), tf.reshape(tf.slice(draws, [0, 2], [-1, 1]), [-1, 1, 1, 1])) as tf.Tensor4D;
    }),
};
