import type { BankBlock, Block, Drawn, MixtureBlock } from '@mochi/contract';
import { mixtureSimilarities } from '@mochi/losses';
import * as tf from '@tensorflow/tfjs-core';
import { countedOf } from './means.js';

/** The negatives of one block, as each query sees them. */
export interface Columns {
  readonly block: Block;
  /** q.n, [B, M]. */
  readonly cosines: tf.Tensor2D;
  /** 1 where the negative counts in the loss, 0 where its log-weight is -Infinity, [B, M]. */
  readonly counted: tf.Tensor2D;
}

/** Made for the query, rather than rows of a bank: mixtures and explicit rows. */
export const isSynthetic = ({ kind }: Block): boolean => kind !== 'bank';

/** One for each block that has negatives. Synthetic ones are never materialised: their cosines have a closed form. */
export const columnsOf = (drawn: Drawn): Columns[] =>
  drawn.negatives.blocks
    .filter((block) => block.kind === 'bank' || block.rows.shape[1] > 0)
    .map((block) => {
      const cosines = cosinesOf(block, drawn);
      return { block, cosines, counted: countedOf(block.logWeights, cosines.shape) };
    });

function cosinesOf(block: Block, { queries, banks }: Drawn): tf.Tensor2D {
  if (block.kind === 'rows') return tf.squeeze(tf.matMul(block.rows, tf.expandDims<tf.Tensor3D>(queries, 2)), [2]);
  const { state, similarities } = banks[block.bank]!;
  return block.kind === 'bank' ? similarities : mixtureSimilarities(block, state.rows, similarities);
}

/** Names of the banks that negatives come from, in their order. */
export const banksIn = ({ negatives }: Drawn): string[] => [
  ...new Set(negatives.blocks.flatMap((block) => (block.kind === 'rows' ? [] : [block.bank]))),
];

/** The rows of a bank as the loss has them, where it has them. */
export const bankBlockOf = ({ negatives }: Drawn, bank: string): BankBlock | undefined =>
  negatives.blocks.find((block): block is BankBlock => block.kind === 'bank' && block.bank === bank);

/** The mixtures that have negatives. */
export const mixturesIn = ({ negatives }: Drawn): MixtureBlock[] =>
  negatives.blocks.flatMap((block) => (block.kind === 'mixture' && block.rows.shape[1] > 0 ? [block] : []));
