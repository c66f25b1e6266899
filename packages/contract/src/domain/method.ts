import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Negatives } from '../blocks.js';
import type { Rng } from '../rng.js';
import type { StateTree, Tensors } from '../tree.js';
import type { Encoder, EncoderWeights } from './encoder.js';
import type { BankView } from './memory-bank.js';
import type { InputMixing, MixedBatch } from './mixing.js';

/** One batch: views by name [B, s, s, 3], ids [B] int32, labels [B] int32 where the data has them and something asked for them. */
export interface Batch {
  readonly views: Readonly<Record<string, Tensor4D>>;
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
}

/** Rows of the batch itself as a bank, for methods whose negatives are the batch. As of queries, gradient reaches them through differentiable log-weights alone; the loss is told that they are live. */
export interface LiveBank {
  /** Unit vectors, [K, D]. */
  readonly rows: Tensor2D;
  /** Their samples, [K] int32. */
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
  /** Rows that each query may not draw (itself, its positive), [B, K]: -Infinity, else 0. */
  readonly mask: Tensor2D;
}

/** What a method asks negatives for. */
export interface DrawRequest {
  /** Unit vectors, [B, D], as the encoder gave them. Gradient reaches them through log-weights declared differentiable, and no other way. */
  readonly queries: Tensor2D;
  /** The other view of each, unit vectors, [B, D]: the positives, unless a source of positives says otherwise. */
  readonly keys: Tensor2D;
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
  /** What the loss will divide cosines by, t > 0. */
  readonly temperature: number | Scalar;
  /** Takes the place of the memory bank DEFAULT_BANK. */
  readonly live?: LiveBank;
}

/** What the loss is made of. Constants. */
export interface Drawn {
  readonly queries: Tensor2D;
  readonly positives: Tensor2D;
  /** t of the request. */
  readonly temperature: number | Scalar;
  /** Whether positives are the keys of the request: no source of positives replaced them. */
  readonly ownPositives: boolean;
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
  /** Blocks with the candidate masks in their log-weights. */
  readonly negatives: Negatives;
  /** Every bank of the run by name, and the live one. */
  readonly banks: Readonly<Record<string, BankView>>;
}

export type DrawNegatives = (request: DrawRequest) => Drawn;

export interface MethodParts {
  readonly encoder: Encoder;
}

export interface MethodContext {
  readonly step: Scalar;
  readonly epoch: Scalar;
  readonly rng: Rng;
  /** Numbers that the method feeds through `host.scalar`, by name. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** The banks are as they were before this step, however often it is called. */
  readonly draw: DrawNegatives;
  /** Absent: images are not mixed. */
  readonly mixing?: MethodMixing;
}

/** The mixing of a run, with its random stream: each call draws anew. */
export interface MethodMixing extends Required<Pick<InputMixing, 'keepsOriginal' | 'batchNegatives'>> {
  /** @param images [B, s, s, 3]. @param ids [B]. */
  mix(images: Tensor4D, ids: Tensor1D): MixedBatch;
}

/** Keys for the banks. The trainer writes them when the loss of the whole batch is there, and never before. */
export interface BankEntries {
  /** Unit vectors, [n, D], constants. */
  readonly keys: Tensor2D;
  /** Their samples, [n] int32. */
  readonly ids: Tensor1D;
  readonly labels?: Tensor1D;
}

export interface MethodStep {
  /** Nats, scalar. */
  readonly loss: Scalar;
  /** The next state: same names, shapes and dtypes as before. */
  readonly state: StateTree;
  readonly metrics: Record<string, Scalar>;
  /** Intermediates for build hooks, constants: see BuildContext.shared. */
  readonly shared: Record<string, Tensor>;
  /** Absent: nothing is written. */
  readonly entries?: BankEntries;
}

/**
 * A training method. The trainer calls `advance` once for each step of the optimizer, then `step` (once, or for each part of the batch where
 * gradients are accumulated), differentiates `loss` with respect to `params`, applies hooks and optimizer, writes `entries` to the banks, and
 * keeps `state`.
 */
export interface Method {
  readonly name: string;
  /** The views that it asks the augmentation for, by name. */
  readonly views: readonly string[];
  /** Where its negatives are. `memory`: the run needs a bank. `batch`: every request has a live bank. */
  readonly negatives: 'memory' | 'batch';
  /** Whether it takes `mixing` of the context into account. Default false: a run that has a mixing is refused. */
  readonly mixes?: boolean;
  /** Rows of `entries` for each image of a batch. Default 1. */
  readonly keysPerImage?: number;
  init(parts: MethodParts, rng: Rng): { params: Tensors; state: StateTree };
  /** Traced, no gradient. What happens before any image is seen, e.g. the key encoder moves. Default: nothing. */
  advance?(params: Tensors, state: StateTree, context: Pick<MethodContext, 'step' | 'epoch' | 'rng' | 'scalars'>): StateTree;
  /** Traced. Order within: see the method's README. */
  step(parts: MethodParts, params: Tensors, state: StateTree, batch: Batch, context: MethodContext): MethodStep;
  /** Traced, no gradient. Keys of a batch, to fill a bank before the first step (`fill: keys`). Absent: the method has none. */
  keys?(parts: MethodParts, params: Tensors, state: StateTree, batch: Batch, context: Pick<MethodContext, 'rng'>): BankEntries;
  /** The encoders that evaluation may read, by name (`query`, `key`). */
  encoders(params: Tensors, state: StateTree): Record<string, EncoderWeights>;
}
