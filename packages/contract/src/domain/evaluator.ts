import type { Progress } from '../contexts.js';
import type { Rng } from '../rng.js';

export interface MetricSpec {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
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
  /** What it costs, in a line: operations or passes over the data by Q queries, R reference rows, D width, C classes. Always printed. */
  readonly cost?: string;
  /** Epochs between runs of it during training, or null: only at the end. */
  readonly everyEpochs: number | null;
  /** Measure before the first step too: the untrained network. Default false. */
  readonly atStart?: boolean;
  /** What it throws ends this evaluator alone. */
  run(context: EvalContext): Promise<Record<string, Measured>>;
}
