import {
  DEFAULT_BANK,
  type BankEntries,
  type Batch,
  type EncoderWeights,
  type Method,
  type MethodContext,
  type MethodParts,
  type MethodStep,
  type Rng,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import { contrastiveLoss, inputOfDrawn } from '@mochi/losses';
import { l2Normalize, scope, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { constants, twice } from '../shared/tensors.js';
import type { SimclrConfig } from './config.js';
import { liveBatch, otherViews } from './live-batch.js';

type SimclrState = { query: { stats: Tensors } };

const stateOf = (tree: StateTree): SimclrState => tree as unknown as SimclrState;
const treeOf = (state: SimclrState): StateTree => state as unknown as StateTree;

/**
 * SimCLR (Chen et al. 2020, arXiv:2002.05709) over any chain of negative samplers: one encoder, and the other 2B - 2 rows of the batch for
 * negatives. With the sampler `uniform` the loss is NT-Xent. Order within a step: both views forward as one batch; draw; loss, whose gradient
 * reaches queries, positives and negatives alike.
 */
export class Simclr implements Method {
  readonly name = 'simclr';
  readonly views = ['query', 'key'] as const;
  readonly negatives = 'batch';

  constructor(private readonly options: SimclrConfig) {}

  init({ encoder }: MethodParts, rng: Rng): { params: Tensors; state: StateTree } {
    const { params, stats } = encoder.init(rng.fork('encoder'));
    return { params, state: treeOf({ query: { stats } }) };
  }

  step({ encoder }: MethodParts, params: Tensors, tree: StateTree, batch: Batch, context: MethodContext): MethodStep {
    const both = tf.concat([batch.views['query']!, batch.views['key']!]) as tf.Tensor4D;
    const { stats: before } = stateOf(tree).query;
    const { head, stats } = scope('query', () => encoder.apply({ params, stats: before }, both, 'train'));
    const rows = l2Normalize(head) as tf.Tensor2D; // [2B, D]
    const fixed = stopGradient(rows);
    const [ids, labels] = [twice(batch.ids), batch.labels && twice(batch.labels)];
    const keys = otherViews(fixed);
    const { temperature } = this.options;
    const drawn = context.draw({ queries: rows, keys, ids, labels, temperature, live: liveBatch(rows, ids, labels) });
    const input = inputOfDrawn(drawn);
    const { loss, metrics } = contrastiveLoss({
      ...input,
      queries: rows,
      banks: { ...input.banks, [DEFAULT_BANK]: rows },
      live: [DEFAULT_BANK],
      // A positive that is not of this batch is a constant.
      ...(drawn.ownPositives ? { positives: otherViews(rows), positiveGradient: true } : { positives: drawn.positives }),
      temperature,
    });
    const state = treeOf({ query: { stats: constants(stats) } });
    return { loss, state, metrics, shared: { queries: fixed, keys }, entries: secondHalf(fixed, batch) };
  }

  /** Rows of the view `key`, as a step would make them: normalised with their batch. */
  keys({ encoder }: MethodParts, params: Tensors, tree: StateTree, batch: Batch): BankEntries {
    const { head } = encoder.apply({ params, stats: stateOf(tree).query.stats }, batch.views['key']!, 'train');
    return { keys: stopGradient(l2Normalize(head) as tf.Tensor2D), ids: batch.ids, labels: batch.labels };
  }

  encoders(params: Tensors, tree: StateTree): Record<string, EncoderWeights> {
    return { query: { params, stats: stateOf(tree).query.stats } };
  }
}

/** The rows of the view `key`: what a bank for positives gets. */
function secondHalf(rows: tf.Tensor2D, { ids, labels }: Batch): BankEntries {
  const keys = tf.split(rows, 2)[1] as tf.Tensor2D;
  return { keys, ids, labels };
}
