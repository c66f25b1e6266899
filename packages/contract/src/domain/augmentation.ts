import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

export interface ViewSpec {
  /** e.g. `query`, `key`. */
  readonly name: string;
  /** Side of the square view, pixels. */
  readonly size: number;
  /** Uniform numbers in [0, 1) that one image consumes. */
  readonly draws: number;
}

/**
 * A recipe in two traced halves: `crop` brings one decoded image of any size to the view's size, `apply` does the rest on the batch.
 * All that is random comes from `draws`, which the pipeline keys by (seed, epoch, sample, view): the order of threads changes nothing.
 */
export interface Augmentation {
  readonly views: readonly ViewSpec[];
  /**
   * Traced once per view, run once per image.
   * @param image [height, width, 3] float32 in 0..255; height and width may be unknown while tracing: use ops of @mochi/tensorflow that allow it.
   * @param draws [draws] float32. @returns [size, size, 3] float32 in 0..255.
   */
  crop(image: Tensor3D, draws: Tensor1D, view: string): Tensor3D;
  /** Traced once per view, run once per batch. @param images [B, size, size, 3] in 0..255. @param draws [B, draws]. @returns normalised [B, size, size, 3]. */
  apply(images: Tensor4D, draws: Tensor2D, view: string): Tensor4D;
}
