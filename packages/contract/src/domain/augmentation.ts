import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { StandardSchema } from '../schema.js';

/** Some of the uniform numbers that an image consumes in a view. They depend on this name, and not on what else is drawn. */
export interface DrawStream {
  readonly name: string;
  readonly count: number;
}

export interface ViewSpec {
  /** e.g. `query`, `key`. */
  readonly name: string;
  /** Side of the square view, pixels. */
  readonly size: number;
  /** Uniform numbers in [0, 1) that one image consumes. */
  readonly draws: number;
  /** What these numbers are for, in their order: `draws` is the sum of the counts. Default: one stream for all. */
  readonly streams?: readonly DrawStream[];
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
 * whole numbers), and `apply` does the rest. All that is random comes from `draws`, which the pipeline keys by (seed, epoch, sample, view, stream):
 * the order of threads changes nothing. Rows must not depend on one another. Views above 64 pixels are made image by image, with B = 1.
 */
export interface Augmentation {
  readonly views: readonly ViewSpec[];
  /** What normalisation takes from red, green and blue and divides them by, in parts of 255. Absent: not known; used to show views. */
  readonly statistics?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /**
   * @param sizes Height and width of each image, pixels, [B, 2] float32. @param draws [B, draws] float32.
   * @returns The part that is stretched over the view: top, left, height, width, pixels, [B, 4] float32.
   */
  crop(sizes: Tensor2D, draws: Tensor2D, view: string): Tensor2D;
  /** @param images Whole numbers in 0..255, [B, size, size, 3]. @param draws [B, draws]. @returns normalised [B, size, size, 3]. */
  apply(images: Tensor4D, draws: Tensor2D, view: string): Tensor4D;
  /** What `apply` makes of the draws, for people and tests: by operation, then by parameter, [B] or [B, n] each. Absent: not told. */
  parameters?(draws: Tensor2D, view: string): Record<string, Record<string, Tensor>>;
}

/**
 * An operation that recipes may name in their lists. A plugin of kind `extension` provides it under AUGMENTATION_OP. Traced; what an image is
 * made of must not depend on other images of the batch.
 *
 * Images come as planes: [3, B, height, width] float32, whole numbers in 0..255, and leave it as such.
 */
// `never` in the place of O would forbid to call it; whoever calls it has checked the options by the schema.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface AugmentationOp<O = any> {
  /** What recipes call it. */
  readonly name: string;
  /** Of its options beside `op` and `p`, its probability. */
  readonly options: StandardSchema<unknown, O>;
  /** Uniform numbers that one image consumes, beside the one for its probability. Default 0. */
  readonly draws?: number | ((options: O) => number);
  /** What is drawn of each image, by name, [B] or [B, n] each. @param draws [B] each. @param size Side of the view, pixels. Default: nothing. */
  parameters?(draws: readonly Tensor1D[], options: O, size: number): Record<string, Tensor>;
  /**
   * Every image changed.
   *
   * @param chosen [B] bool, only for an operation that declares `choosesItself`: it leaves the others exactly as they are.
   */
  apply(planes: Tensor4D, parameters: Readonly<Record<string, Tensor>>, options: O, chosen: Tensor1D): Tensor4D;
  /** Default false: images that are not chosen are put back after `apply`. */
  readonly choosesItself?: boolean;
  /** True for what takes no longer than a copy: large images are then not asked one by one whether they are chosen. Default false. */
  readonly cheap?: boolean;
}
