import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';

/** What is in each image of a mixed batch: which samples of the batch, and how much of each. */
export interface SoftTargets {
  /** Places in the batch, [B, T] int32. */
  readonly columns: Tensor2D;
  /** Shares, [B, T] float32; each row sums to 1. */
  readonly weights: Tensor2D;
}

export interface MixedBatch {
  /** [B, s, s, 3]. */
  readonly images: Tensor4D;
  readonly targets: SoftTargets;
}

export interface MixContext {
  /** Samples of the batch, [B] int32. */
  readonly ids: Tensor1D;
  readonly rng: Rng;
  /** Optimizer steps and whole epochs done before this one, int32 scalars. */
  readonly step: Scalar;
  readonly epoch: Scalar;
}

/** Mixes the images that queries are made of. The loss of a query is the mean of its losses with each target, weighted by the shares. */
export interface InputMixing {
  readonly name: string;
  /** Whether the loss of queries that are not mixed stays beside that of the mixed ones, and both are added. Default false: mixed ones take their place. */
  readonly keepsOriginal?: boolean;
  /** Whether the other keys of the batch are negatives too, beside those that the samplers say. Default false. */
  readonly batchNegatives?: boolean;
  /** Traced. @param images Normalised, [B, s, s, 3]. */
  mix(images: Tensor4D, context: MixContext): MixedBatch;
}
