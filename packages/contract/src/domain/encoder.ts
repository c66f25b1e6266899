import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';
import type { Tensors } from '../tree.js';

export type Mode = 'train' | 'eval';

/** Trainable parameters and running statistics, both under torchvision's names; kernels are HWIO and weights [in, out], as TensorFlow has them. */
export interface EncoderWeights {
  readonly params: Tensors;
  /** e.g. `bn1.running_mean`. Not trained. */
  readonly stats: Tensors;
}

export interface Encoder {
  readonly name: string;
  /** Widths of the two outputs. */
  readonly dims: { readonly backbone: number; readonly head: number };
  /** Side in pixels of the smallest views that its first layers suit, a rule of thumb: smaller ones are warned of. Absent: any. */
  readonly smallestView?: number;
  init(rng: Rng): EncoderWeights;
  /** Where `init` reads a file: weights of the same names and shapes without it, which a checkpoint is laid over. Absent: `init` needs none. */
  draw?(rng: Rng): EncoderWeights;
  /**
   * No stream is given, so there is no dropout and no stochastic depth: the same images and weights give the same output.
   *
   * @param images [B, h, w, 3], normalised.
   * @returns backbone [B, dims.backbone]; head [B, dims.head], not normalised; stats after this batch; in eval mode, and where they are
   *   frozen in both modes, the very tensors that were given.
   */
  apply(weights: EncoderWeights, images: Tensor4D, mode: Mode): { backbone: Tensor2D; head: Tensor2D; stats: Tensors };
  /**
   * The weights as the state_dict of the same network in PyTorch: kernels OIHW, linear weights [out, in]. Absent: PyTorch has no such network.
   *
   * @returns New tensors, which the caller disposes.
   */
  stateDict?(weights: EncoderWeights): Tensors;
}
