import type { Progress } from '../contexts.js';
import type { Rng } from '../rng.js';

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
