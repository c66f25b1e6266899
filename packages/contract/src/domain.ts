import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Observable } from 'rxjs';
import type { Negatives } from './blocks.js';
import type { Progress, SampleContext } from './contexts.js';
import type { RunEvent } from './events.js';
import type { Rng } from './rng.js';
import type { StateTree, Tensors } from './tree.js';

// ---- data

/** Where the bytes of a split are. `files`: paths. `encoded`: whole files in memory. `pixels`: raw RGB, [n, height, width, 3] uint8. */
export type ImageStore =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'encoded'; readonly files: readonly Uint8Array[] }
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array; readonly height: number; readonly width: number };

/** A named split of a data set. Sample ids are the indices [0, length): the order is the same on every machine. */
export interface SplitSource {
  readonly name: string;
  readonly length: number;
  readonly images: ImageStore;
  /** Class of each sample, [length], or absent where there are none. -1: unlabelled. */
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  /** What a person would call the sample: its path or its place in an archive. */
  describe(index: number): string;
}

export interface Dataset {
  readonly name: string;
  readonly splits: readonly string[];
  /** @throws MOCHI_UNKNOWN_SPLIT, which lists the splits. */
  split(name: string): Promise<SplitSource>;
}

// ---- augmentation

export interface ViewSpec {
  /** e.g. `query`, `key`. */
  readonly name: string;
  /** Side of the square view, pixels. */
  readonly size: number;
  /** Uniform numbers in [0, 1) that one image consumes. */
  readonly draws: number;
}

/**
 * A recipe in two traced halves: `crop` brings one decoded image of any size to the view's size, `apply` does the rest on the batch.
 * All that is random comes from `draws`, which the pipeline keys by (seed, epoch, sample, view): the order of threads changes nothing.
 */
export interface Augmentation {
  readonly views: readonly ViewSpec[];
  /**
   * Traced once per view, run once per image.
   * @param image [height, width, 3] float32 in 0..255; height and width may be unknown while tracing: use ops of @mochi/tensorflow that allow it.
   * @param draws [draws] float32. @returns [size, size, 3] float32 in 0..255.
   */
  crop(image: Tensor3D, draws: Tensor1D, view: string): Tensor3D;
  /** Traced once per view, run once per batch. @param images [B, size, size, 3] in 0..255. @param draws [B, draws]. @returns normalised [B, size, size, 3]. */
  apply(images: Tensor4D, draws: Tensor2D, view: string): Tensor4D;
}

// ---- encoder

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
  init(rng: Rng): EncoderWeights;
  /**
   * @param images [B, h, w, 3], normalised.
   * @returns backbone [B, dims.backbone]; head [B, dims.head], not normalised; stats after this batch (the same tensors in eval mode).
   */
  apply(weights: EncoderWeights, images: Tensor4D, mode: Mode): { backbone: Tensor2D; head: Tensor2D; stats: Tensors };
}

// ---- memory bank

/** The latest keys, as a ring. Everything that a resumed run needs is here, so everything here is in the checkpoint. */
export interface BankState {
  /** [K, D] float32, unit length. */
  readonly rows: Tensor2D;
  /** [K] int32, the sample that each key came from, -1 before the first. */
  readonly ids: Tensor1D;
  /** [K] int32, the step that wrote each row, -1 before the first. */
  readonly writtenAt: Tensor1D;
  /** [K] int32, only where the user opted in to labels. */
  readonly labels?: Tensor1D;
  /** int32 scalar, the row that the next key overwrites. */
  readonly cursor: Scalar;
  /** int32 scalar, rows written so far, at most K. */
  readonly filled: Scalar;
}

export interface MemoryBank {
  readonly name: string;
  readonly capacity: number;
  /** Leave out older keys of the query's own image, by id. */
  readonly maskSelf: boolean;
  /** `random`: unwritten rows are random unit vectors and count as negatives. `mask`: they are left out everywhere. */
  readonly fill: 'random' | 'mask';
  readonly keepLabels: boolean;
  init(dim: number, rng: Rng): BankState;
  /** Rows that each query may not draw: [B, K], -Infinity where left out (unwritten rows, own image), else 0. Undefined: every row may be drawn. */
  mask(state: BankState, ids: Tensor1D): Tensor2D | undefined;
  /** The bank after a batch of keys [B, D] of the samples ids [B] is written. Any K and any B <= K. */
  enqueue(state: BankState, keys: Tensor2D, ids: Tensor1D, step: Scalar, labels?: Tensor1D): BankState;
}

// ---- sampler

/** What a sampler returns: its blocks replace those of the samplers before it (`context.previous`, which it may return too). */
export interface Sampled extends Negatives {
  /** The next value of the state registered by `host.state`; absent: unchanged. */
  readonly state?: Tensors;
  /** [B, K], 0 or -Infinity: rows that samplers later in the chain may not draw. Added to the candidate mask. */
  readonly mask?: Tensor2D;
}

export interface NegativeSampler {
  readonly name: string;
  /** Which of its traces a step needs, e.g. `warm-up` or `full`. Default: one phase, `full`. */
  phase?(progress: Progress): string;
  /** Traced once per signature and phase: no reads, no JavaScript randomness, counters or clocks. `state` holds what `host.state` registered. */
  sample(context: SampleContext, state: Readonly<Tensors>): Sampled;
}

// ---- method

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

// ---- optimizer and schedule

export interface Optimizer {
  readonly name: string;
  /** Slots by name, each a record by parameter name, e.g. `{ momentum: { 'conv1.weight': ... } }`. */
  init(params: Tensors): Record<string, Tensors>;
  /** Traced. @param rate learning rate, float32 scalar. @param step optimizer steps done before, int32 scalar. */
  update(
    params: Tensors,
    gradients: Tensors,
    slots: Record<string, Tensors>,
    rate: Scalar,
    step: Scalar,
  ): { params: Tensors; slots: Record<string, Tensors> };
  /** Base learning rate; the schedule multiplies it. */
  readonly rate: number;
}

/** The factor of the base learning rate at a step. Pure. */
export interface Schedule {
  readonly name: string;
  factor(progress: Progress): number;
}

// ---- evaluation

export interface MetricSpec {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export type Measured = number;

export type Layer = 'backbone' | 'head';

/** Features of a split, on the host. `features` is row-major [rows, dim]. */
export interface Features {
  readonly rows: number;
  readonly dim: number;
  readonly features: Float32Array;
  readonly ids: Int32Array;
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
}

export interface EvalContext {
  readonly progress: Progress;
  /** Features of a split of the run's data under the plain eval transform; computed once per evaluation and shared by evaluators. */
  features(split: string, options?: { layer?: Layer; encoder?: string }): Promise<Features>;
  readonly splits: readonly string[];
  readonly rng: Rng;
  readonly signal: AbortSignal;
}

export interface Evaluator {
  readonly name: string;
  readonly metrics: readonly MetricSpec[];
  /** Everything that a reader needs beside the number, always printed: k, T, layer, encoder, splits. */
  readonly settings: Record<string, unknown>;
  /** Epochs between runs of it during training, or null: only at the end. */
  readonly everyEpochs: number | null;
  /** Measure before the first step too: the untrained network. Default false. */
  readonly atStart?: boolean;
  run(context: EvalContext): Promise<Record<string, Measured>>;
}

// ---- trackers, exporters

export interface RunInfo {
  readonly name: string;
  /** Null where nothing is written. */
  readonly runDir: string | null;
  readonly config: unknown;
}

export interface Tracker {
  start(run: RunInfo): void | Promise<void>;
  record(events: Observable<RunEvent>): void;
  close(): Promise<void>;
}

/** Features with what belongs to each row. */
export interface EmbeddingTable extends Features {
  /** What a person would call each sample, e.g. its path. */
  readonly names: readonly string[];
}

export interface EmbeddingWriter {
  readonly format: string;
  /** Written aside and renamed. */
  write(table: EmbeddingTable, path: string): Promise<void>;
}
