import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';
import type { BankState } from './memory-bank.js';

/** What a source of positives sees. Everything is a constant. */
export interface PositiveContext {
  /** Unit vectors, [B, D]. */
  readonly queries: Tensor2D;
  /** The other view of each query, as the key encoder has it: unit vectors, [B, D]. */
  readonly keys: Tensor2D;
  /** Sample ids, [B] int32. */
  readonly ids: Tensor1D;
  /** The bank as it was before this batch. */
  readonly bank: BankState;
  /** Cosines of keys and bank rows, [B, K]. */
  readonly similarities: Tensor2D;
  readonly step: Scalar;
  readonly epoch: Scalar;
  readonly rng: Rng;
  readonly scalars: Readonly<Record<string, Scalar>>;
}

export interface Positives {
  /** Unit vectors, [B, D]. */
  readonly positives: Tensor2D;
  /** Rows of its bank that a query may not draw as negatives, because they are its positive: [B, K], -Infinity there, else 0. Absent: none. */
  readonly mask?: Tensor2D;
}

/** Says which vector each query is drawn to, in place of its own key. */
export interface PositiveSource {
  readonly name: string;
  /** The bank that it looks in. Default: DEFAULT_BANK. */
  readonly bank?: string;
  /** Traced. */
  positives(context: PositiveContext): Positives;
}
