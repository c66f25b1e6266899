import type { BankView, Drawn } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Hardest } from './hardest.js';
import { mixturesIn } from './columns.js';
import { asFloat, countedOf, meanOf, weigh, type Weighed } from './means.js';
import type { Measures } from './measures.js';

/**
 * False negatives of one bank: rows that have the query's class. `falseNegativesAtN` (FN@N) lies between the share of the class in the bank
 * (`sameClassShare`, what rows drawn at random would give) and min(1, sameClassRows / N).
 */
export function falseNegatives(view: BankView, labels: tf.Tensor1D, hardest: () => Hardest): Measures {
  const classes = view.state.labels!;
  const same = () => sameClass(tf.expandDims(classes, 0), labels); // [B, K]
  const candidates = () => countedOf(view.mask, view.similarities.shape);
  return {
    falseNegativesAtN: () => meanOf([weigh(sameClass(gather(classes, hardest().rows), labels), hardest().counted)]),
    sameClassRows: () => tf.mean(tf.sum(tf.mul(same(), candidates()), 1)),
    sameClassShare: () => meanOf([weigh(same(), candidates())]),
  };
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
