import type { BankBlock, BankView, Drawn } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Hardest } from './hardest.js';
import { mixturesIn } from './columns.js';
import { asFloat, countedOf, meanOf, weigh, type Weighed } from './means.js';
import type { Measures } from './measures.js';

/**
 * False negatives of one bank: rows that have the query's class. `falseNegativesAtN` (FN@N) lies between the share of the class in the bank
 * (`sameClassShare`, what rows drawn at random would give) and min(1, sameClassRows / N). Both are taken before the filters of the chain;
 * `falseNegativesPushed` is what of FN@N they leave in the loss.
 *
 * @param block The bank's rows as the loss has them; absent: it has none of them, only what is made of them.
 */
export function falseNegatives(
  view: BankView,
  labels: tf.Tensor1D,
  hardest: () => Hardest,
  block: BankBlock | undefined,
): Measures {
  const classes = view.state.labels!;
  const same = () => sameClass(tf.expandDims(classes, 0), labels); // [B, K]
  const sameOfHardest = () => sameClass(gather(classes, hardest().rows), labels); // [B, N]
  const pushed = ({ logWeights }: BankBlock) => ofEach(countedOf(logWeights, view.similarities.shape), hardest().rows);
  const candidates = () => countedOf(view.mask, view.similarities.shape);
  return {
    falseNegativesAtN: () => meanOf([weigh(sameOfHardest(), hardest().counted)]),
    ...(block ? { falseNegativesPushed: () => meanOf([weigh(tf.mul(sameOfHardest(), pushed(block)), hardest().counted)]) } : {}),
    sameClassRows: () => tf.mean(tf.sum(tf.mul(same(), candidates()), 1)),
    sameClassShare: () => meanOf([weigh(same(), candidates())]),
  };
}

/** Of the rows of a bank that may be drawn, the share that its samplers leave out of the loss. */
export const rowsLeftOut = ({ mask, similarities: { shape } }: BankView, { logWeights }: BankBlock): tf.Scalar =>
  meanOf([weigh(tf.sub(1, countedOf(logWeights, shape)), countedOf(mask, shape))]);

/** Of each row of x [B, K] the entries at its places, [B, N]. */
function ofEach(x: tf.Tensor2D, places: tf.Tensor2D): tf.Tensor {
  const [batch, width] = x.shape;
  const starts = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(width, 'int32')), 1);
  return gather(tf.reshape(x, [batch * width]), tf.add(places, starts));
}

/** Shares of synthetic negatives of which all parents have the query's class, and of which some but not all do. */
export function syntheticFalseNegatives(drawn: Drawn, labels: tf.Tensor1D): Measures {
  const mixtures = mixturesIn(drawn).filter(({ bank }) => drawn.banks[bank]!.state.labels);
  if (mixtures.length === 0) return {};
  const parts = (which: (parents: tf.Tensor) => tf.Tensor) => (): tf.Scalar =>
    meanOf(
      mixtures.map(({ rows, bank, logWeights }): Weighed => {
        const parents = sameClass(gather(drawn.banks[bank]!.state.labels!, rows), labels); // [B, M, P]
        const [batch, count] = rows.shape;
        return weigh(which(parents), countedOf(logWeights, [batch, count]));
      }),
    );
  return {
    syntheticFalseNegatives: parts((parents) => tf.min(parents, 2)),
    syntheticPartFalseNegatives: parts((parents) => tf.sub(tf.max(parents, 2), tf.min(parents, 2))),
  };
}

/** @param classes [1 or B, ...] int32, -1 for none. @param labels [B] int32. @returns 1 or 0, [B, ...]. */
function sameClass<T extends tf.Tensor>(classes: tf.Tensor, labels: tf.Tensor1D): T {
  const own = tf.reshape(labels, [-1, ...Array<number>(classes.rank - 1).fill(1)]);
  return asFloat(tf.logicalAnd(tf.equal(classes, own), tf.greaterEqual(own, tf.scalar(0, 'int32'))));
}
