import { bankBlock, type Drawn, type SoftTargets } from '@mochi/contract';
import { contrastiveLoss, inputOfDrawn, type ContrastiveMetrics } from '@mochi/losses';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** What the keys of the batch are called where they are negatives. */
const BATCH = 'batch';

interface SoftInput {
  /** What the loss is made of, with hard targets. */
  readonly drawn: Drawn;
  /** Unit vectors of mixed images, [B, D]. Gradient flows to them. */
  readonly queries: tf.Tensor2D;
  readonly targets: SoftTargets;
  /** Keys of the batch, [B, D], where those that are not the target are negatives too (i-Mix). Absent: they are not. */
  readonly batchKeys?: tf.Tensor2D;
}

/**
 * Cross-entropy with soft targets: sum over t of the mean over B of weight_t times the loss with the positive of sample column_t. With the keys
 * of the batch for negatives every target has the same denominator, over all keys of the batch and the bank.
 *
 * @returns The loss, nats, and the metrics of the first target.
 */
export function softLoss({ drawn, queries, targets, batchKeys }: SoftInput): { loss: tf.Scalar; metrics: ContrastiveMetrics } {
  const input = inputOfDrawn(drawn);
  const columns = tf.unstack(targets.columns, 1) as tf.Tensor1D[];
  const weights = tf.unstack(targets.weights, 1) as tf.Tensor1D[];
  const terms = columns.map((column, at) => {
    const { blocks, ...rest } = input.negatives;
    const others = batchKeys ? [bankBlock({ bank: BATCH, logWeights: allBut(column) })] : [];
    return contrastiveLoss({
      ...input,
      ...(batchKeys ? { banks: { ...input.banks, [BATCH]: batchKeys } } : {}),
      ...{ queries, weights: weights[at]!, temperature: drawn.temperature },
      positives: gather(drawn.positives, column) as tf.Tensor2D,
      negatives: { ...rest, blocks: [...blocks, ...others] },
    });
  });
  return { loss: tf.addN(terms.map(({ loss }) => loss)), metrics: terms[0]!.metrics };
}

/** [B, B]: -Infinity at each row's column, else 0. */
function allBut(column: tf.Tensor1D): tf.Tensor2D {
  const [batch] = column.shape;
  const own = tf.equal(tf.expandDims(column, 1), tf.range(0, batch, 1, 'int32'));
  return tf.where<tf.Tensor2D>(own, -Infinity, tf.zeros([batch, batch]));
}
