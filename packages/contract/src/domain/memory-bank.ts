import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Rng } from '../rng.js';

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
