import { bankBlock, mixtureBlock, type Block } from '@mochi/contract';
import type { ReferenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';

/** The blocks of a mochi-* reference case: the bank, and its drawn synthetic negatives of both types. */
export function referenceBlocks(from: ReferenceCase): Block[] {
  const alpha = from.tensor<tf.Tensor2D>('type1_alpha');
  const pairs = mixtureBlock({ rows: from.tensor('type1_rows'), weights: tf.stack([alpha, tf.sub(1, alpha)], 2) });
  const beta = from.tensor<tf.Tensor2D>('type2_beta');
  const rows = tf.expandDims(from.tensor('type2_rows'), 2);
  const own = mixtureBlock({ rows, weights: tf.expandDims(tf.sub(1, beta), 2), queryWeight: beta });
  return [bankBlock(), pairs, own];
}
