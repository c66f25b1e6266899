import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage, Pipeline, readFile, resizeAntialiased } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

const SIDE = 20; // pixels, as those of `shapes`: little more than the views have

/**
 * The photos of a folder and of all folders in it, squeezed into squares; files that are no image are passed over.
 *
 * @returns [n, SIDE, SIDE, 3], 0..255, in the order of their paths; the caller disposes it.
 */
export async function photos(folder: string): Promise<tf.Tensor4D> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(jpe?g|png|webp|gif|bmp)$/i.test(name),
  );
  if (names.length === 0) throw new Error(`There is no photo in ${folder}.`);
  const path = tf.tensor1d(
    names.sort().map((name) => join(folder, name)),
    'string',
  );
  const pass = Pipeline.fromTensors({ path })
    .map((file) => ({ image: resizeAntialiased(decodeImage(readFile(file['path']!)), [SIDE, SIDE]) }), { parallel: 2 })
    .skipErrors()
    .batch(64)
    .prefetch(2)
    .iterate();
  const batches: tf.Tensor4D[] = [];
  for (let batch = await pass.next(); batch; batch = await pass.next()) batches.push(batch['image'] as tf.Tensor4D);
  pass.dispose();
  const images = tf.concat(batches);
  tf.dispose([path, ...batches]);
  return images;
}
