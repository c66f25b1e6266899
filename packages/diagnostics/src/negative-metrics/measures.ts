import type * as tf from '@tensorflow/tfjs-core';

/** Metrics by name, not yet computed: names follow from what was drawn, values are computed where they are asked for. */
export type Measures = Readonly<Record<string, () => tf.Scalar>>;

/** Computed when first asked for, and kept: what several metrics need is computed once, and what none needs is not. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
