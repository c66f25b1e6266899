import { existsSync } from 'node:fs';
import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attr, createRng, execute, nativeTensor, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { cacheFolder } from './cache.js';

export interface ImageSet {
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

export const SMALL_IMAGES: ImageSet = { name: 'small', count: 2000, height: 32, width: 32 };
export const PHOTOS: ImageSet = { name: 'photos', count: 200, height: 375, width: 500 };

/** A folder of generated JPEG files: smooth colours, edges and texture, so that they compress about as photos do. Made once, then kept. */
export async function generateImages(set: ImageSet, say: (text: string) => void): Promise<string> {
  const folder = join(await cacheFolder('images-1'), set.name);
  const done = join(folder, '..', `${set.name}.done`);
  if (existsSync(done)) return folder;
  say(`generating ${set.count} images of ${set.width} x ${set.height}`);
  await startTensorFlow();
  await mkdir(folder, { recursive: true });
  for (let at = 0; at < set.count; at++)
    tf.tidy(() => writeJpeg(join(folder, `${String(at).padStart(5, '0')}.jpg`), paint(set, at)));
  await writeFile(done, '');
  return folder;
}

/** The same with `count` names that lead to those images, for batches of which they would be too few. */
export async function manyImages(set: ImageSet, count: number, say: (text: string) => void): Promise<string> {
  const images = await generateImages(set, say);
  const folder = `${images}-${count}`;
  const done = `${folder}.done`;
  if (existsSync(done)) return folder;
  await linkNames(images, folder, count);
  await writeFile(done, '');
  return folder;
}

/** [height, width, 3] in 0..255: noise of several sizes, the finer the weaker, as in photos. */
function paint({ height, width }: ImageSet, at: number): tf.Tensor3D {
  const rng = createRng(1, `image-${at}`);
  const layers: tf.Tensor3D[] = [];
  for (let cells = 2, weight = 1; cells <= Math.min(height, width); cells *= 2, weight *= 0.55) {
    const noise = rng.normal([cells, cells, 3], 0, weight) as tf.Tensor3D;
    layers.push(tf.image.resizeBilinear(noise, [height, width]));
  }
  return tf.add(128, tf.mul(60, tf.addN(layers)));
}

function writeJpeg(path: string, image: tf.Tensor3D): void {
  const [bytes] = execute('Cast', [attr.type('DstT', 'uint8')], [tf.clipByValue(image, 0, 255)]);
  const [file] = execute('EncodeJpeg', [attr.int('quality', 90)], [bytes!]);
  execute('WriteFile', [], [nativeTensor([path], [], 'string'), file!], 0);
}

const PER_FOLDER = 1000;

/** Names that lead to the same few files: what is measured is the listing and the order, not the disk. */
export async function linkNames(from: string, to: string, count: number): Promise<void> {
  const files = await readdir(from);
  for (let at = 0; at < count; at += PER_FOLDER) {
    const folder = join(to, String(at / PER_FOLDER).padStart(4, '0'));
    await mkdir(folder, { recursive: true });
    const names = Array.from({ length: PER_FOLDER }, (_, n) => n);
    await Promise.all(names.map((n) => link(join(from, files[(at + n) % files.length]!), join(folder, `${n}.jpg`))));
  }
}
