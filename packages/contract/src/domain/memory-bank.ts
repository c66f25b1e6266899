import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';

/** Keys with what is known of each. The trainer owns it. Everything that a resumed run needs is here, so everything here is in the checkpoint. */
export interface BankState {
  /** [K, D] float32, unit length. */
  readonly rows: Tensor2D;
  /** [K] int32, the sample that each key came from, -1 before the first. */
  readonly ids: Tensor1D;
  /** [K] int32, the step that wrote each row, -1 before the first. */
  readonly writtenAt: Tensor1D;
  /** [K] int32, only where the user opted in to labels. */
  readonly labels?: Tensor1D;
  /** int32 scalar, the row that the next key overwrites; 0 where there is no such row: rows belong to samples, or are drawn. */
  readonly cursor: Scalar;
  /** int32 scalar, rows written so far, at most K. */
  readonly filled: Scalar;
}

export interface MemoryBank {
  /** What blocks and samplers call it: DEFAULT_BANK unless the config says `as`. */
  readonly name: string;
  /** Rows, K. `samples`: one for each sample of the training split. */
  readonly capacity: number | 'samples';
  /** Leave out older keys of the query's own image, by id. */
  readonly maskSelf: boolean;
  /**
   * `random`: unwritten rows are random unit vectors and count as negatives. `mask`: they are left out everywhere. `keys`: the trainer writes
   * keys of training images, without a step of the optimizer, until every row is written.
   */
  readonly fill: 'random' | 'mask' | 'keys';
  /** Rows of another run that are copied before the first step of a fresh one: the newest of its bank of that name. Absent: none. */
  readonly warmStart?: { readonly path: string; readonly bank: string };
  readonly keepLabels: boolean;
  /** @param size dim: width D. capacity: K, resolved. */
  init(size: { dim: number; capacity: number }, rng: Rng): BankState;
  /** Rows that each query may not draw: [B, K], -Infinity where left out (unwritten rows, own image), else 0. Undefined: every row may be drawn. */
  mask(state: BankState, ids: Tensor1D): Tensor2D | undefined;
  /**
   * The bank after a batch of keys [B, D] of the samples ids [B] is written: names, shapes and dtypes as before. Any K and any B <= K. Traced, and
   * given no stream: a bank that draws takes an option `seed` and makes `createRng(seed, name, step)` of @mochi/tensorflow.
   */
  enqueue(state: BankState, keys: Tensor2D, ids: Tensor1D, step: Scalar, labels?: Tensor1D): BankState;
}

/** A bank as a step sees it, before its batch is written. Constants. */
export interface BankView {
  readonly state: BankState;
  /** Cosines of queries and rows, [B, K]; computed once and shared by samplers, loss and metrics. */
  readonly similarities: Tensor2D;
  /** Rows that may be drawn, [B, K]: 0 or -Infinity. Absent: every row. */
  readonly mask?: Tensor2D;
}
