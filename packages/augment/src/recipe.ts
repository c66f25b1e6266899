import type { CropOptions } from './crop/random-resized-crop.js';
import type { Rgb } from './ops/normalize.js';

/** An operation in a list: its name, the probability that it happens to an image (default 1), and its options. */
export interface Entry {
  readonly op: string;
  readonly p?: number;
  readonly [option: string]: unknown;
}

/** How one view is made. */
export interface ViewRecipe {
  /** Side of the view, pixels. */
  readonly size: number;
  /** Absent: the whole image is stretched over the view. */
  readonly crop?: CropOptions;
  /** In order; those of probability 0 are left out. */
  readonly ops: readonly Entry[];
}

/** An augmentation as data. */
export interface Recipe {
  readonly name: string;
  /** The random views by name; `eval` is there besides. */
  readonly views: Readonly<Record<string, ViewRecipe>>;
  /** Side of the view `eval`, pixels. */
  readonly size: number;
  /** Of the data, in parts of 255. */
  readonly mean: Rgb;
  readonly std: Rgb;
}
