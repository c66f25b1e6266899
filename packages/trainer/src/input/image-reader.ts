import type { ImageStore } from '@mochi/contract';
import { decodePixels, execute, nativeTensor, readFile } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Images of a split by sample id, for traced code: what is shared by all passes over them. */
export interface ImageReader {
  /**
   * @param id int32 scalar. @returns [height, width, 3] uint8; sides may be unknown while tracing.
   * @throws MOCHI_TENSORFLOW for a file that cannot be read or decoded; within a pipeline the element fails.
   */
  read(id: tf.Scalar): tf.Tensor3D;
  /** The longest side among the first images of the split that can be read, pixels; 0 where none can. */
  longestSide(): number;
  /** Frees the paths or bytes. Passes under way keep them. */
  dispose(): void;
}

/** Images that are looked at to learn how large those of a split are. */
const LOOKED_AT = 8;

/** Hands the paths, files or pixels to TensorFlow, once: the pipeline captures them instead of copying them for every epoch. */
export function openImages(images: ImageStore): ImageReader {
  const store = tf.keep(tensorOf(images));
  const row = (id: tf.Scalar): tf.Tensor => execute('GatherV2', [], [store, id, tf.scalar(0, 'int32')])[0]!;
  const decode: Record<ImageStore['kind'], (row: tf.Tensor) => tf.Tensor> = {
    files: (path) => decodePixels(readFile(path)),
    encoded: decodePixels,
    pixels: (pixels) => pixels,
  };
  const read = (id: tf.Scalar): tf.Tensor3D => tf.tidy(() => decode[images.kind](row(id)) as tf.Tensor3D);
  const sideOf = (id: number): number => {
    try {
      return tf.tidy(() => Math.max(...read(tf.scalar(id, 'int32')).shape));
    } catch {
      return 0; // whoever asks for this image is told
    }
  };
  return {
    read,
    longestSide: () => Math.max(...Array.from({ length: Math.min(LOOKED_AT, store.shape[0]!) }, (_, id) => sideOf(id))),
    dispose: () => store.dispose(),
  };
}

function tensorOf(images: ImageStore): tf.Tensor {
  if (images.kind === 'files') return nativeTensor(images.paths, [images.paths.length], 'string');
  if (images.kind === 'encoded') return nativeTensor(images.files, [images.files.length], 'string');
  const { pixels, height, width } = images;
  return nativeTensor(pixels, [pixels.length / (height * width * 3), height, width, 3], 'uint8');
}
