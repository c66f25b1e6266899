import type { Encoder } from '@mochi/contract';
import { mixedPrecision } from '@mochi/tensorflow';

/** The encoder, computed in the precision of the step, with outputs in float32: losses, banks and optimizers see nothing of it. */
export const mixedEncoder = (encoder: Encoder): Encoder => ({
  name: encoder.name,
  dims: encoder.dims,
  init: (rng) => encoder.init(rng),
  apply: (weights, images, mode) => mixedPrecision(() => encoder.apply(weights, images, mode)),
});
