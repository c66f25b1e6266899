import type { Progress } from '../contexts.js';
import type { Rng } from '../rng.js';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Dataset } from './data.js';
import type { Encoder, EncoderWeights } from './encoder.js';
import type { Batch, Drawn } from './method.js';

export interface MetricSpec {
  readonly name: string;
  readonly unit: string;
  /** Null: neither, e.g. how hard the negatives are. Such a metric chooses no checkpoint and ends no run. */
  readonly better: 'higher' | 'lower' | null;
}

/** A number with what is known of its spread. */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95 % interval, where the value is an average over samples: bootstrap over the `n` of them. Absent: not known. */
  readonly low?: number;
  readonly high?: number;
  /** Samples that it is an average over. */
  readonly n?: number;
}

export type Measured = number | Estimate;

/** A value as results, events and summaries keep it: with the unit and direction that its evaluator declares. */
export interface MetricResult extends Estimate, Omit<MetricSpec, 'name'> {}

/** An evaluator that threw. The run goes on; whoever started it is told in the end. */
export interface EvaluationFailure {
  readonly evaluator: string;
  readonly step: number;
  readonly epoch: number;
  /** Of a MochiError, else null. */
  readonly code: string | null;
  readonly message: string;
  /** Where in the evaluator's own code it threw, innermost first. Absent: not known. */
  readonly frames?: readonly string[];
}

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

/** A change of the images of a view before anything else of its recipe, e.g. a corruption. Equal names stand for equal changes. */
export interface ImageChange {
  readonly name: string;
  /** Uniform numbers in [0, 1) that one image consumes. */
  readonly draws: number;
  /** Traced. @param images Whole numbers in 0..255, [B, s, s, 3]. @param draws [B, draws]. @returns the same shape, in 0..255. */
  apply(images: Tensor4D, draws: Tensor2D): Tensor4D;
}

/** Which images, and how they are seen. */
export interface ImageRequest {
  /** View of the augmentation. Default `eval`. */
  readonly view?: string;
  /** Which draw of a view that is random: another number, another crop. Default 0. */
  readonly draw?: number;
  /** Samples by their place in the split, in this order. Default: all, in the order of the split. */
  readonly ids?: Int32Array;
  readonly change?: ImageChange;
  /** Default: the data set of the run. */
  readonly data?: Dataset;
}

export interface FeatureRequest extends ImageRequest {
  /** Default `backbone`. */
  readonly layer?: Layer;
  /** Default `query`. */
  readonly encoder?: string;
}

/** Batches of one split under one view; several passes share what had to be prepared. */
export interface ImagePasses {
  /** One pass, the last batch as small as it comes, broken images left out, labels where the data has them. Batches are the caller's to dispose. */
  pass(options?: Pick<ImageRequest, 'ids' | 'draw'>): AsyncIterable<Batch>;
  dispose(): void;
}

/** The network itself and its inputs, for evaluators that train on from it or look at what the loss is made of. */
export interface EvalModel {
  readonly encoder: Encoder;
  /** Of one of the method's encoders, as the run has them: never to be disposed. @throws MOCHI_ENCODER_UNKNOWN */
  weights(encoder: string): EncoderWeights;
  /** Views that the method trains on. */
  readonly views: readonly string[];
  /** @param options.batchSize Default: that of training. */
  images(split: string, options?: Pick<ImageRequest, 'view' | 'data'> & { readonly batchSize?: number }): Promise<ImagePasses>;
  /**
   * What training steps would draw now: batches of the training split through the method, its banks and samplers as they stand, changing nothing.
   * Queries, and bank rows of samples of the training split, have labels wherever the data has them, whether or not the run keeps any.
   *
   * @param measure Traced. @returns What it gave for each batch, by name, float values.
   */
  measureDraws(
    batches: number,
    measure: (drawn: Drawn, step: Scalar) => Record<string, Tensor>,
  ): AsyncIterable<Record<string, Float32Array>>;
}

export interface EvalContext {
  readonly progress: Progress;
  /**
   * Features of a split by an encoder of the run in eval mode. By default under the plain transform; those are computed once per evaluation and
   * shared by evaluators.
   */
  features(split: string, options?: FeatureRequest): Promise<Features>;
  /** Absent where there is no network behind the features, e.g. where they come from a file. */
  readonly model?: EvalModel;
  readonly splits: readonly string[];
  /**
   * The split to measure where the options name none: the first with labels that the run does not train on (test, val, validation, else any
   * other). Undefined where there is none.
   *
   * @param labels Whether it has to have labels. Default true.
   */
  heldOut(labels?: boolean): Promise<string | undefined>;
  readonly rng: Rng;
  readonly signal: AbortSignal;
}

/** A split that an evaluator reads. */
export interface SplitUse {
  /** The option that names it. */
  readonly option: string;
  /** Null: the one that is held out, see `EvalContext.heldOut`. */
  readonly split: string | null;
  /** Whether its samples need labels, at least in part. */
  readonly labels: boolean;
  /** Labelled samples that it would use; where there are fewer, a warning says so before the first step. */
  readonly wanted?: number;
}

export interface Evaluator {
  readonly name: string;
  readonly metrics: readonly MetricSpec[];
  /** Splits of the run's data that it reads: checked before the first step. Absent: found out when it runs. */
  readonly reads?: readonly SplitUse[];
  /** Everything that a reader needs beside the number, always printed: k, T, layer, encoder, splits. */
  readonly settings: Record<string, unknown>;
  /** What it costs, in a line: operations or passes over the data by Q queries, R reference rows, D width, C classes. Told in events and by `mochi eval --json`. */
  readonly cost?: string;
  /** Epochs between runs of it during training, or null: only at the end. */
  readonly everyEpochs: number | null;
  /** Measure before the first step too: the untrained network. Default false. */
  readonly atStart?: boolean;
  /**
   * What it throws ends this evaluator alone, and so does anything else than finite values by names that `metrics` declares
   * (MOCHI_EVALUATOR_RESULT). One of several that cannot be measured may be left out.
   */
  run(context: EvalContext): Promise<Record<string, Measured>>;
}
