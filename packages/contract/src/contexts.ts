import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Block } from './blocks.js';
import type { BankState } from './domain/memory-bank.js';
import type { Drawn } from './domain/method.js';
import type { Rng } from './rng.js';
import type { StateTree, Tensors } from './tree.js';

/** Where a run stands, in numbers, on the host. */
export interface Progress {
  /** Optimizer steps done before this one: 0 for the first. */
  readonly step: number;
  /** Whole epochs done: 0 for the first. */
  readonly epoch: number;
  /** Epochs done with their fraction, step / stepsPerEpoch. */
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Rows of the bank written so far, at most K. 0 without a bank. */
  readonly filled: number;
}

/** What a build hook sees: symbols, so that `Math.min(1, step / 100)` is impossible by type. */
export interface BuildContext {
  /** Optimizer steps done before this one, int32 scalar. */
  readonly step: Scalar;
  /** Whole epochs done, int32 scalar. */
  readonly epoch: Scalar;
  readonly rng: Rng;
  /** Numbers that this plugin feeds through `host.scalar`, by name, float32 scalars. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** State that this plugin registered through `host.state`, by name. A sampler returns its next; another plugin calls `update`. */
  readonly state: Readonly<Tensors>;
  /**
   * Replaces a state of this plugin, same shape and dtype. It counts where the step does: with finite loss and gradients. In handlers of
   * add-step-metrics alone.
   *
   * @throws MOCHI_STATE_UNKNOWN
   */
  update(name: string, next: Tensor): void;
  /** What the loss was made of: the last draw of the step. Absent where the method drew nothing. */
  readonly drawn?: Drawn;
  /** Intermediate tensors that the method shares, e.g. queries [B, D], keys [B, D]; and `backbone`, the encoder's features of the queries, row by row. Constants: no gradient flows. */
  readonly shared: Readonly<Record<string, Tensor>>;
}

/** What a run hook sees: numbers. */
export interface RunContext {
  readonly progress: Progress;
  /** Metrics of the last step. Reading waits for the step; what nobody reads synchronises nothing. What a hook reads after a step is in its `step-end` event too. */
  metrics(): Promise<Record<string, number>>;
  /** The named state of this plugin, to read or to replace between steps. Replaced tensors must keep shape and dtype. */
  readonly state: PluginStateAccess;
  /** Every tensor of the run's state, by path. Read-only. */
  readonly tree: StateTree;
  readonly signal: AbortSignal;
}

export interface PluginStateAccess {
  get(name: string): Tensor;
  /** Takes ownership of `next`; the tensor before it is disposed. */
  set(name: string, next: Tensor): void;
}

/** What a sampler sees. Everything is a constant, except queries and similarities for a sampler declared `differentiable`. */
export interface SampleContext {
  /** Unit vectors, [B, D]. */
  readonly queries: Tensor2D;
  /** The positives of the queries, unit vectors, [B, D]. */
  readonly positives: Tensor2D;
  /** Sample ids, [B] int32. */
  readonly ids: Tensor1D;
  /** Labels of the queries, [B] int32: only for a sampler that declares `usesLabels`. */
  readonly labels?: Tensor1D;
  /** Name of the bank, for the blocks that are returned. */
  readonly bankName: string;
  /** The bank as it was before this batch. Its labels are there only for a sampler that declares `usesLabels`. */
  readonly bank: BankState;
  /** Cosines of queries and bank rows, [B, K]; computed once and shared with the loss. */
  readonly similarities: Tensor2D;
  /** What the loss divides cosines by, t > 0. */
  readonly temperature: number | Scalar;
  /**
   * Rows that may be drawn, [B, K]: 0 or -Infinity, added to similarities before top-N. Absent: every row. Where fewer rows than a sampler
   * wants may be drawn, the negatives made from masked rows get log-weight -Infinity: they count for nothing.
   */
  readonly mask?: Tensor2D;
  /** The blocks of the chain so far. */
  readonly previous: readonly Block[];
  readonly phase: string;
  readonly step: Scalar;
  readonly epoch: Scalar;
  readonly rng: Rng;
  readonly scalars: Readonly<Record<string, Scalar>>;
}
