import type { BankBlock, BankView, Drawn } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Hardest } from './hardest.js';
import { mixturesIn } from './columns.js';
import { asFloat, countedOf, meanOf, weigh, type Weighed } from './means.js';
import { once, type Measures } from './measures.js';

/**
 * False negatives of one bank: rows that have the query's class. `falseNegativesAtN` (FN@N) lies between the share of the class in the bank
 * (`sameClassShare`, what rows drawn at random would give) and min(1, sameClassRows / N). Both are taken before the filters of the chain;
 * `falseNegativesPushed` is what of FN@N they leave in the loss. Shares are of the rows whose class is known, for queries whose class is known:
 * a bank that still holds random rows would seem to have fewer false negatives.
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
  const every = () => tf.expandDims(classes, 0); // [1, K]
  const ofHardest = once(() => gather(classes, hardest().rows)); // [B, N]
  const pushed = ({ logWeights }: BankBlock) => ofEach(countedOf(logWeights, view.similarities.shape), hardest().rows);
  const candidates = () => countedOf(view.mask, view.similarities.shape);
  const amongHardest = (is: tf.Tensor) => meanOf([weigh(is, tf.mul(hardest().counted, bothKnown(ofHardest(), labels)))]);
  return {
    falseNegativesAtN: () => amongHardest(sameClass(ofHardest(), labels)),
    ...(block ? { falseNegativesPushed: () => amongHardest(tf.mul(sameClass(ofHardest(), labels), pushed(block))) } : {}),
    sameClassRows: () => meanOf([weigh(tf.sum(tf.mul(sameClass(every(), labels), candidates()), 1), known(labels))]),
    sameClassShare: () => meanOf([weigh(sameClass(every(), labels), tf.mul(candidates(), bothKnown(every(), labels)))]),
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
        const classes = gather(drawn.banks[bank]!.state.labels!, rows); // [B, M, P]
        const [batch, count] = rows.shape;
        const counted = tf.mul(countedOf(logWeights, [batch, count]), tf.min(bothKnown(classes, labels), 2));
        return weigh(which(sameClass(classes, labels)), counted);
      }),
    );
  return {
    syntheticFalseNegatives: parts((parents) => tf.min(parents, 2)),
    syntheticPartFalseNegatives: parts((parents) => tf.sub(tf.max(parents, 2), tf.min(parents, 2))),
  };
}

/** @param classes [1 or B, ...] int32, -1 for none. @param labels [B] int32, -1 for none. @returns 1 or 0, [B, ...]. */
const sameClass = <T extends tf.Tensor>(classes: tf.Tensor, labels: tf.Tensor1D): T =>
  tf.mul(asFloat(tf.equal(classes, beside(classes, labels))), bothKnown(classes, labels));

/** 1 where a row and its query both have a class, else 0, [B, ...]: rows that no key was written to have none. */
const bothKnown = (classes: tf.Tensor, labels: tf.Tensor1D): tf.Tensor => tf.mul(known(classes), known(beside(classes, labels)));

const known = (classes: tf.Tensor): tf.Tensor => asFloat(tf.greaterEqual(classes, tf.scalar(0, 'int32')));

/** The labels [B] as [B, 1, ...], of the rank of the classes. */
const beside = (classes: tf.Tensor, labels: tf.Tensor1D): tf.Tensor =>
  tf.reshape(labels, [-1, ...Array<number>(classes.rank - 1).fill(1)]);
