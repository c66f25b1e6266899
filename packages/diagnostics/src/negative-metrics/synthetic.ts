import type { Drawn } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { isSynthetic, mixturesIn, type Columns } from './columns.js';
import { asFloat, meanOf, weigh } from './means.js';
import type { Measures } from './measures.js';

/** How hard synthetic negatives are, against their parents and against the positive. Absent where there are none. */
export function syntheticHardness(drawn: Drawn, columns: () => Columns[]): Measures {
  const some = drawn.negatives.blocks.some((block) => block.kind !== 'bank' && block.rows.shape[1] > 0);
  if (!some) return {};
  const synthetic = () => columns().filter(({ block }) => isSynthetic(block));
  const positive = () => tf.sum<tf.Tensor2D>(tf.mul(drawn.queries, drawn.positives), 1, true); // [B, 1]
  return {
    syntheticSimilarity: () => meanOf(synthetic().map(({ cosines, counted }) => weigh(cosines, counted))),
    syntheticAbovePositive: () =>
      meanOf(synthetic().map(({ cosines, counted }) => weigh(asFloat(tf.greater(cosines, positive())), counted))),
    ...(mixturesIn(drawn).length > 0 ? { parentSimilarity: () => parentSimilarity(drawn, synthetic()) } : {}),
  };
}

/** Mean q.n of the parents, each negative's parents weighing alike. */
const parentSimilarity = ({ banks }: Drawn, columns: readonly Columns[]): tf.Scalar =>
  meanOf(
    columns.flatMap(({ block, counted }) => {
      if (block.kind !== 'mixture') return [];
      const [batch, count, parents] = block.rows.shape;
      const flat = tf.reshape(block.rows, [batch, count * parents]);
      const cosines = gather(banks[block.bank]!.similarities, flat, { axis: 1, batchDims: 1 });
      return [weigh(tf.mean(tf.reshape(cosines, [batch, count, parents]), 2), counted)];
    }),
  );
