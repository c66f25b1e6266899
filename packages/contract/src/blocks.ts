import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** The name of the bank when a run has one. */
export const DEFAULT_BANK = 'bank';

/** The rows of a bank, each query with its own additive log-weights. At most one per bank. */
export interface BankBlock {
  readonly kind: 'bank';
  readonly bank: string;
  /** [B, K] float32, added to the logits: 0 takes the row as it is, -Infinity leaves it out. Absent: 0 everywhere. */
  readonly logWeights?: Tensor2D;
  /** True lets gradient flow through logWeights (HCL). Default false: they are constants. */
  readonly differentiable?: boolean;
}

/** M synthetic negatives of each query: each the normalised linear combination of P bank rows and, optionally, of the query. */
export interface MixtureBlock {
  readonly kind: 'mixture';
  readonly bank: string;
  /** Parents, [B, M, P] int32 rows of the bank. */
  readonly rows: Tensor3D;
  /** Their weights, [B, M, P] float32. */
  readonly weights: Tensor3D;
  /** Weight of the query in each, [B, M] float32. Absent: 0. */
  readonly queryWeight?: Tensor2D;
  /** [B, M] float32, added to the logits. Absent: 0. */
  readonly logWeights?: Tensor2D;
}

/** Explicit negatives, [B, M, D] float32, unit length, constants. The simple way for what the other forms cannot say. */
export interface RowsBlock {
  readonly kind: 'rows';
  readonly rows: Tensor3D;
  /** [B, M] float32, added to the logits. Absent: 0. */
  readonly logWeights?: Tensor2D;
}

export type Block = BankBlock | MixtureBlock | RowsBlock;

/**
 * What stands under the fraction of the loss. `without-positive` is DCL (Yeh et al. 2021); its `positiveWeights`, [B] float32, constants,
 * multiply q.k / t (DCLW). `corrected` is the debiased estimator (Chuang et al. 2020) that HCL uses too; a scalar of the step for a ramp.
 */
export type Denominator =
  | { kind: 'with-positive' }
  | { kind: 'without-positive'; positiveWeights?: Tensor1D }
  | { kind: 'corrected'; tauPlus: number | Scalar; floor: number | Scalar };

/** What a sampler returns. */
export interface Negatives {
  readonly blocks: Block[];
  /** Default: with-positive (InfoNCE). */
  readonly denominator?: Denominator;
}

export const bankBlock = (options: { logWeights?: Tensor2D; differentiable?: boolean; bank?: string } = {}): BankBlock => ({
  kind: 'bank',
  bank: DEFAULT_BANK,
  ...options,
});

/** See {@link MixtureBlock} for shapes. Accepts `Tensor` where tfjs loses the rank; ranks are checked by the loss. */
export const mixtureBlock = (options: {
  rows: Tensor;
  weights: Tensor;
  queryWeight?: Tensor;
  logWeights?: Tensor;
  bank?: string;
}): MixtureBlock => ({ kind: 'mixture', bank: DEFAULT_BANK, ...options }) as MixtureBlock;

export const rowsBlock = (rows: Tensor, options: { logWeights?: Tensor2D } = {}): RowsBlock => ({
  kind: 'rows',
  rows: rows as Tensor3D,
  ...options,
});
