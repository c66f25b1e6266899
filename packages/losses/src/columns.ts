import type { BankBlock, Block, MixtureBlock, RowsBlock } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { ContrastiveInput } from './contrastive-loss.js';
import type { GradientSums } from './gradient-sums.js';
import { evaluateMixture } from './mixtures.js';

/** The columns of one block: what the loss needs to know of it. */
export interface Columns {
  /** x = q.n / t + logWeight, [B, M]. */
  readonly logits: tf.Tensor2D;
  /** sum_m e^(logWeight_m), [B, 1]: the negatives that the block stands for. */
  readonly mass: () => tf.Tensor2D;
  /** Adds sum_m c_m n_m to the gradient at the queries, for coefficients c [B, M]. */
  readonly backward: (coefficients: tf.Tensor2D, sums: GradientSums) => void;
}

/** @param similarities Cosines [B, K] by bank, of constants. */
export function columnsOf(
  block: Block,
  input: ContrastiveInput,
  similarities: Record<string, tf.Tensor2D>,
  transientBytes: number,
): Columns {
  if (block.kind === 'bank') return bankColumns(block, input, similarities[block.bank]!);
  if (block.kind === 'mixture') return mixtureColumns(block, input, similarities[block.bank]!, transientBytes);
  return rowsColumns(block, input);
}

function bankColumns(block: BankBlock, input: ContrastiveInput, similarities: tf.Tensor2D): Columns {
  return {
    logits: logitsOf(similarities, block.logWeights, input),
    mass: () => massOf(similarities, block.logWeights),
    backward: (coefficients, sums) => sums.addBank(block.bank, coefficients),
  };
}

/** Every h is a combination of bank rows and of q, so its share of the gradient becomes coefficients of those: no h is needed. */
function mixtureColumns(
  block: MixtureBlock,
  input: ContrastiveInput,
  similarities: tf.Tensor2D,
  transientBytes: number,
): Columns {
  const mixture = evaluateMixture(block, input.banks[block.bank]!, similarities, transientBytes);
  return {
    logits: logitsOf(mixture.similarities, block.logWeights, input),
    mass: () => massOf(mixture.similarities, block.logWeights),
    backward(coefficients, sums) {
      const scaled = tf.div<tf.Tensor2D>(coefficients, mixture.norm); // c / r
      mixture.weights.forEach((weights, p) => sums.addEntries(block.bank, mixture.flatRows[p]!, tf.mul(scaled, weights)));
      if (block.queryWeight) sums.addQuery(tf.sum(tf.mul(scaled, block.queryWeight), 1, true));
    },
  };
}

function rowsColumns(block: RowsBlock, input: ContrastiveInput): Columns {
  const similarities = tf.squeeze<tf.Tensor2D>(tf.matMul(block.rows, tf.expandDims<tf.Tensor3D>(input.queries, 2)), [2]);
  return {
    logits: logitsOf(similarities, block.logWeights, input),
    mass: () => massOf(similarities, block.logWeights),
    backward: (coefficients, sums) =>
      sums.addDirect(tf.squeeze(tf.matMul(tf.expandDims<tf.Tensor3D>(coefficients, 1), block.rows), [1])),
  };
}

const logitsOf = (
  similarities: tf.Tensor2D,
  logWeights: tf.Tensor2D | undefined,
  { temperature }: ContrastiveInput,
): tf.Tensor2D => {
  const logits = tf.div<tf.Tensor2D>(similarities, temperature);
  return logWeights ? tf.add(logits, logWeights) : logits;
};

const massOf = (similarities: tf.Tensor2D, logWeights: tf.Tensor2D | undefined): tf.Tensor2D =>
  logWeights ? tf.sum<tf.Tensor2D>(tf.exp(logWeights), 1, true) : tf.fill([similarities.shape[0], 1], similarities.shape[1]);
