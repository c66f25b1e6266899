import type { CropOptions } from './crop/random-resized-crop.js';
import type { Rgb } from './ops/normalize.js';

/** One operation on the batch, with its probability `p` for each image. */
export type Step =
  | {
      readonly op: 'color-jitter';
      /** Factors are drawn from [max(0, 1 - x), 1 + x]. */
      readonly brightness: number;
      readonly contrast: number;
      readonly saturation: number;
      /** The shift is drawn from [-x, x], parts of the hue circle. 0: the hue is not touched. */
      readonly hue: number;
      readonly p: number;
    }
  | { readonly op: 'grayscale'; readonly p: number }
  | {
      readonly op: 'gaussian-blur';
      /** Least and most sigma, pixels. */
      readonly sigma: readonly [number, number];
      readonly p: number;
    }
  | { readonly op: 'solarize'; readonly threshold: number; readonly p: number }
  | { readonly op: 'horizontal-flip'; readonly p: number };

/** An augmentation as data: what is done to an image, in order. */
export interface Recipe {
  readonly name: string;
  readonly crop: CropOptions;
  readonly steps: readonly Step[];
  /** Of the data, in parts of 255. */
  readonly mean: Rgb;
  readonly std: Rgb;
}
