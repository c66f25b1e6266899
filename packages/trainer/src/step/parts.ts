import type {
  BankState,
  Encoder,
  InputMixing,
  MemoryBank,
  Method,
  NegativeSampler,
  Optimizer,
  PositiveSource,
  Schedule,
  Tensors,
} from '@mochi/contract';
import type { Precision } from '@mochi/tensorflow';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { StateTree } from '@mochi/contract';
import type { LossScale } from './loss-scale.js';

/** A part of the run with the id of the plugin entry that provided it: its state and scalars are kept under this id. */
export interface Placed<T> {
  readonly id: string;
  readonly part: T;
}

/** What a step is made of. The trainer knows each by its interface and none by name. */
export interface StepParts {
  readonly method: Placed<Method>;
  readonly encoder: Encoder;
  readonly banks: readonly SizedBank[];
  readonly samplers: readonly Placed<NegativeSampler>[];
  /** Absent: each query's positive is its own key. */
  readonly positives?: Placed<PositiveSource>;
  /** Of the images that queries are made of. Absent: none. */
  readonly mixing?: InputMixing;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly seed: number;
  /** Equal parts of a batch that go through the networks one after another, their gradients averaged. */
  readonly accumulate: number;
  /** Of encoders. Default float32; float16 scales the loss. */
  readonly precision?: Precision;
}

/** A bank with its number of rows, known once the data is. */
export interface SizedBank {
  readonly bank: MemoryBank;
  /** K. */
  readonly capacity: number;
}

/** Everything that a run carries from step to step, and so everything that a checkpoint holds. */
export interface RunState {
  /** Trainable parameters by name. */
  params: Tensors;
  /** Optimizer slots, each by parameter name. */
  slots: Record<string, Tensors>;
  /** What the method keeps: running statistics, key encoder. */
  method: StateTree;
  /** By name. */
  banks: Record<string, BankState>;
  /** Named state of plugins, by plugin id. */
  plugins: Record<string, Tensors>;
  /** int32 scalar: the first step whose loss or gradients were not finite, -1 while there is none. */
  failedAt: Scalar;
  /** int32 scalar: which check of a sampler's output failed then, see `Faults`; -1 where none did. */
  fault: Scalar;
  /** Under float16 only. */
  lossScale?: LossScale;
}

/** What the host feeds into each step beside state and batch. */
export interface Feeds {
  step: Scalar;
  epoch: Scalar;
  /** Learning rate of this step. */
  rate: Scalar;
  scalars: Record<string, Record<string, Scalar>>;
}

export interface StepResult {
  state: RunState;
  /** Loss in nats under `loss`, gradient norm under `gradientNorm`, and what method and plugins add. */
  metrics: Record<string, Scalar>;
}
