import type { SplitSource } from '@mochi/contract';
import { augmentationOf, recipeOf, recipes, toGrid } from '@mochi/augment';
import { compile, decodeImage, hostRandom, imageSize, readFile, resizeBox } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Side of an edited copy, pixels: that of the originals. */
export const COPY_SIZE = 64;

/** What somebody does to a picture before passing it on. The same for everyone: nothing of it is learned or tuned. */
const EDIT = augmentationOf(
  recipeOf(recipes['moco-v2']!, { size: COPY_SIZE, views: ['copy'], blur: { p: 0 }, mean: [0, 0, 0], std: [1, 1, 1] }),
);

/** One edited copy of each image of a split, in its order. The edits depend on the seed alone. */
export async function editCopies(originals: SplitSource, seed: number): Promise<SplitSource> {
  const { draws } = EDIT.views.find(({ name }) => name === 'copy')!;
  const random = hostRandom(seed, 'emoji/edits');
  const pixels = new Uint8Array(originals.length * COPY_SIZE * COPY_SIZE * 3);
  const edit = compile(editOne, { name: 'edit' });
  for (let index = 0; index < originals.length; index++) {
    const numbers = tf.tensor1d(Array.from({ length: draws }, () => random.uniform()));
    const path = tf.scalar(pathOf(originals, index), 'string');
    const copy = await edit.runAsync(path, numbers);
    pixels.set(await copy.data(), index * COPY_SIZE * COPY_SIZE * 3);
    tf.dispose([numbers, path, copy]);
  }
  edit.dispose();
  const { labels, classes, length } = originals;
  const images = { kind: 'pixels', pixels, height: COPY_SIZE, width: COPY_SIZE } as const;
  return { name: 'copies', length, images, labels, classes, describe: (index) => `edited copy of ${originals.describe(index)}` };
}

function editOne(path: tf.Scalar, numbers: tf.Tensor1D): tf.Tensor3D {
  const image = decodeImage(readFile(path));
  const { height, width } = imageSize(image);
  const draws = tf.expandDims(numbers) as tf.Tensor2D;
  const boxes = EDIT.crop(tf.expandDims(tf.cast(tf.stack([height, width]), 'float32')) as tf.Tensor2D, draws, 'copy');
  const cropped = tf.reshape(toGrid(resizeBox(image, tf.squeeze(boxes, [0]), COPY_SIZE)), [COPY_SIZE, COPY_SIZE, 3]);
  const edited = EDIT.apply(tf.expandDims(cropped) as tf.Tensor4D, draws, 'copy');
  return tf.round(tf.clipByValue(tf.mul(tf.squeeze(edited, [0]), 255), 0, 255)) as tf.Tensor3D;
}

/** The file of an image. The emoji are files, and this example relies on it. */
export function pathOf({ images }: SplitSource, index: number): string {
  if (images.kind !== 'files') throw new Error('The originals are expected to be files.');
  return images.paths.at(index)!;
}
