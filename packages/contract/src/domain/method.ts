import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Negatives } from '../blocks.js';
import type { Rng } from '../rng.js';
import type { StateTree, Tensors } from '../tree.js';
import type { Encoder, EncoderWeights } from './encoder.js';
import type { BankState, MemoryBank } from './memory-bank.js';

/** One batch: views by name [B, s, s, 3], ids [B] int32, labels [B] int32 where the data has them and something asked for them. */
export interface Batch {
  readonly views: Readonly<Record<string, Tensor4D>>;
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
}

/** The chain of samplers, as a method sees it. */
export type DrawNegatives = (inputs: {
  queries: Tensor2D;
  positives: Tensor2D;
  ids: Tensor1D;
  labels?: Tensor1D;
  bank: BankState;
  similarities: Tensor2D;
}) => Negatives;

export interface MethodParts {
  readonly encoder: Encoder;
  readonly bank: MemoryBank;
}

export interface MethodContext {
  readonly step: Scalar;
  readonly epoch: Scalar;
  readonly rng: Rng;
  /** Numbers that the method feeds through `host.scalar`, by name. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  readonly draw: DrawNegatives;
}

export interface MethodStep {
  /** Nats, scalar. */
  readonly loss: Scalar;
  /** The next state: same names, shapes and dtypes as before. */
  readonly state: StateTree;
  readonly metrics: Record<string, Scalar>;
  /** Intermediates for build hooks, constants: see BuildContext.shared. */
  readonly shared: Record<string, Tensor>;
}

/** A training method. The trainer differentiates `loss` with respect to `params`, applies hooks and optimizer, and keeps `state`. */
export interface Method {
  readonly name: string;
  /** The views that it asks the augmentation for, by name. */
  readonly views: readonly string[];
  init(parts: MethodParts, rng: Rng): { params: Tensors; state: StateTree };
  /** Traced. Order within: see the method's README. */
  step(parts: MethodParts, params: Tensors, state: StateTree, batch: Batch, context: MethodContext): MethodStep;
  /** The encoders that evaluation may read, by name (`query`, `key`). */
  encoders(params: Tensors, state: StateTree): Record<string, EncoderWeights>;
}
