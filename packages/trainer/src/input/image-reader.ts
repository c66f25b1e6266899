import type { ImageStore } from '@mochi/contract';
import { decodePixels } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { openStore, type StoreReader } from './image-stores.js';

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

/**
 * Hands the paths, files or pixels to TensorFlow, once: the pipeline captures them instead of copying them for every epoch.
 *
 * @throws MOCHI_SHARD_UNREADABLE for a file of `ranges` that is missing or may not be read.
 */
export function openImages(images: ImageStore): ImageReader {
  const store: StoreReader = openStore(images);
  const decode = images.kind === 'pixels' ? (pixels: tf.Tensor) => pixels : decodePixels;
  const read = (id: tf.Scalar): tf.Tensor3D => tf.tidy(() => decode(store.read(id)) as tf.Tensor3D);
  const sideOf = (id: number): number => {
    try {
      return tf.tidy(() => Math.max(...read(tf.scalar(id, 'int32')).shape));
    } catch {
      return 0; // whoever asks for this image is told
    }
  };
  return {
    read,
    longestSide: () => Math.max(...Array.from({ length: Math.min(LOOKED_AT, store.length) }, (_, id) => sideOf(id))),
    dispose: () => store.dispose(),
  };
}
