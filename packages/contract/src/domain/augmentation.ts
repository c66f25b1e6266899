import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

export interface ViewSpec {
  /** e.g. `query`, `key`. */
  readonly name: string;
  /** Side of the square view, pixels. */
  readonly size: number;
  /** Uniform numbers in [0, 1) that one image consumes. */
  readonly draws: number;
  /**
   * What the filter of the resize looks at: the `box` alone, which has whole sides then (cut, then resized: RandomResizedCrop), or the whole
   * `image` (resized, then cut: Resize and CenterCrop). Default `box`.
   */
  readonly sees?: 'box' | 'image';
  /** Views of one size and one recipe are made together, by calls with the name of the first. Default: each view by itself. */
  readonly recipe?: string;
}

/**
 * A recipe in two traced halves: `crop` says which part of an image a view shows, the pipeline cuts and resizes it (antialiased, rounded to
 * whole numbers), and `apply` does the rest. All that is random comes from `draws`, which the pipeline keys by (seed, epoch, sample, view): the
 * order of threads changes nothing. Rows must not depend on one another. Views above 64 pixels are made image by image, with B = 1.
 */
export interface Augmentation {
  readonly views: readonly ViewSpec[];
  /**
   * @param sizes Height and width of each image, pixels, [B, 2] float32. @param draws [B, draws] float32.
   * @returns The part that is stretched over the view: top, left, height, width, pixels, [B, 4] float32.
   */
  crop(sizes: Tensor2D, draws: Tensor2D, view: string): Tensor2D;
  /** @param images Whole numbers in 0..255, [B, size, size, 3]. @param draws [B, draws]. @returns normalised [B, size, size, 3]. */
  apply(images: Tensor4D, draws: Tensor2D, view: string): Tensor4D;
}
