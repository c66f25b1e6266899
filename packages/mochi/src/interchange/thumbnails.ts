import { stat } from 'node:fs/promises';
import type { ImageStore } from '@mochi/contract';
import { attr, execute, resizeAntialiased } from '@mochi/tensorflow';
import { openImages, type ImageReader } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';

/** A whole image made small, and what its file is. */
export interface Thumbnail {
  /** `data:image/jpeg;base64,...`; null where the image could not be read any more. */
  readonly url: string | null;
  /** Of the image itself, pixels; 0 where it could not be read. */
  readonly width: number;
  readonly height: number;
  /** Of its file; null where it has none of its own. */
  readonly bytes: number | null;
}

/** Of the longer side at most, pixels. */
const SIDE = 100;

/** Images of a store, whole and in their proportions. @param ids Their indices. */
export async function thumbnailsOf(images: ImageStore, ids: readonly number[]): Promise<Thumbnail[]> {
  const reader = openImages(images);
  try {
    const made: Thumbnail[] = [];
    for (const id of ids) made.push({ ...(await drawn(reader, id)), bytes: await bytesOf(images, id) });
    return made;
  } finally {
    reader.dispose();
  }
}

async function drawn(reader: ImageReader, id: number): Promise<Omit<Thumbnail, 'bytes'>> {
  try {
    const [encoded, height, width] = tf.tidy(() => {
      const image = reader.read(tf.scalar(id, 'int32'));
      const [high, wide] = image.shape;
      const scale = Math.min(1, SIDE / Math.max(high, wide));
      const to = [Math.max(1, Math.round(high * scale)), Math.max(1, Math.round(wide * scale))] as const;
      const small = tf.clipByValue(tf.round(resizeAntialiased(image, to)), 0, 255);
      const [pixels] = execute('Cast', [attr.type('DstT', 'uint8')], [small]);
      return [
        execute('EncodeJpeg', [attr.int('quality', 80), attr.bool('optimize_size', true)], [pixels!])[0]!,
        high,
        wide,
      ] as const;
    });
    const [bytes] = (await encoded.bytes()) as unknown as Uint8Array[];
    encoded.dispose();
    return { url: `data:image/jpeg;base64,${Buffer.from(bytes!).toString('base64')}`, width, height };
  } catch {
    return { url: null, width: 0, height: 0 };
  }
}

const bytesOf = (images: ImageStore, id: number): Promise<number | null> =>
  images.kind !== 'files' ? Promise.resolve(null) : stat(images.paths.at(id)!).then(({ size }) => size, () => null); // prettier-ignore
