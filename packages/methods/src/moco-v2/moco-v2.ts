import {
  DEFAULT_BANK,
  type BankState,
  type Batch,
  type Method,
  type MethodContext,
  type MethodParts,
  type MethodStep,
  type Rng,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import { contrastiveLoss } from '@mochi/losses';
import { emaUpdate } from '@mochi/optim';
import { l2Normalize, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { MocoV2Config } from './config.js';
import { forwardInGroups, forwardShuffled } from './split-batch.js';

/** What MoCo keeps beside the query encoder's parameters. */
type MocoState = { query: { stats: Tensors }; key: { params: Tensors; stats: Tensors }; bank: BankState };

const stateOf = (tree: StateTree): MocoState => tree as unknown as MocoState;
const treeOf = (state: MocoState): StateTree => state as unknown as StateTree;

/**
 * MoCo-v2 (Chen et al. 2020, arXiv:2003.04297) over any chain of negative samplers. Order within a step: query forward; the key encoder moves
 * towards the query encoder; key forward without gradient; logits against the bank as it was before this batch; loss; only then the keys enter
 * the bank.
 */
export class MocoV2 implements Method {
  readonly name = 'moco-v2';
  readonly views = ['query', 'key'] as const;

  constructor(private readonly options: MocoV2Config) {}

  init({ encoder, bank }: MethodParts, rng: Rng): { params: Tensors; state: StateTree } {
    const { params, stats } = encoder.init(rng.fork('encoder'));
    // The key encoder starts as a copy: clones, because each tensor of the state has one owner.
    const key = { params: cloned(params), stats: cloned(stats) };
    return { params, state: treeOf({ query: { stats }, key, bank: bank.init(encoder.dims.head, rng.fork('bank')) }) };
  }

  step({ encoder, bank }: MethodParts, params: Tensors, tree: StateTree, batch: Batch, context: MethodContext): MethodStep {
    const state = stateOf(tree);
    const { split } = this.options.batchNorm;
    const query = forwardInGroups(encoder, { params, stats: state.query.stats }, batch.views['query']!, split);
    const queries = l2Normalize(query.head) as tf.Tensor2D; // [B, D]
    // Parameters only: the key encoder's statistics come from its own forward.
    const keyParams = emaUpdate(state.key.params, constant(params), context.scalars['keyMomentum']!);
    const key = forwardShuffled(
      encoder,
      { params: keyParams, stats: state.key.stats },
      batch.views['key']!,
      split,
      context.rng.fork('shuffle-bn'),
    );
    const keys = stopGradient(l2Normalize(key.head) as tf.Tensor2D); // [B, D]

    const constants = stopGradient(queries);
    const similarities = tf.matMul(constants, state.bank.rows, false, true) as tf.Tensor2D; // [B, K]
    const negatives = context.draw({
      queries: constants,
      positives: keys,
      ids: batch.ids,
      labels: batch.labels,
      bank: state.bank,
      similarities,
    });
    const { loss, metrics } = contrastiveLoss({
      queries,
      positives: keys,
      banks: { [DEFAULT_BANK]: state.bank.rows },
      similarities: { [DEFAULT_BANK]: similarities },
      negatives,
      temperature: this.options.temperature,
    });
    const next: MocoState = {
      query: { stats: constant(query.stats) },
      key: { params: keyParams, stats: constant(key.stats) },
      bank: bank.enqueue(state.bank, keys, batch.ids, context.step, bank.keepLabels ? batch.labels : undefined),
    };
    return { loss, state: treeOf(next), metrics, shared: { queries: constants, keys, similarities } };
  }

  encoders(params: Tensors, tree: StateTree): Record<string, { params: Tensors; stats: Tensors }> {
    const { query, key } = stateOf(tree);
    return { query: { params, stats: query.stats }, key };
  }
}

const mapped = (tensors: Tensors, change: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));

const cloned = (tensors: Tensors): Tensors => mapped(tensors, (tensor) => tf.clone(tensor));
const constant = (tensors: Tensors): Tensors => mapped(tensors, (tensor) => stopGradient(tensor));
