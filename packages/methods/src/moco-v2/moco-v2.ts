import type { Batch, Method, MethodContext, MethodParts, MethodStep, Rng, StateTree, Tensors } from '@mochi/contract';
import { contrastiveLoss, inputOfDrawn } from '@mochi/losses';
import { emaUpdate } from '@mochi/optim';
import { l2Normalize, scope, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { MocoV2Config } from './config.js';
import { forwardInGroups, forwardShuffled } from './split-batch.js';

/** What MoCo keeps beside the query encoder's parameters. */
type MocoState = { query: { stats: Tensors }; key: { params: Tensors; stats: Tensors } };

const stateOf = (tree: StateTree): MocoState => tree as unknown as MocoState;
const treeOf = (state: MocoState): StateTree => state as unknown as StateTree;

/**
 * MoCo-v2 (Chen et al. 2020, arXiv:2003.04297) over any chain of negative samplers. Order within a step: the key encoder moves towards the
 * query encoder; query forward; key forward without gradient; logits against the bank as it was before this batch; loss; only then the keys
 * enter the bank.
 */
export class MocoV2 implements Method {
  readonly name = 'moco-v2';
  readonly views = ['query', 'key'] as const;
  readonly negatives = 'memory';

  constructor(private readonly options: MocoV2Config) {}

  init({ encoder }: MethodParts, rng: Rng): { params: Tensors; state: StateTree } {
    const { params, stats } = encoder.init(rng.fork('encoder'));
    // The key encoder starts as a copy: clones, because each tensor of the state has one owner.
    return { params, state: treeOf({ query: { stats }, key: { params: cloned(params), stats: cloned(stats) } }) };
  }

  /** The key encoder's parameters move. Its running statistics come from its own forward. */
  advance(params: Tensors, tree: StateTree, { scalars }: Pick<MethodContext, 'scalars'>): StateTree {
    const { query, key } = stateOf(tree);
    return treeOf({ query, key: { ...key, params: emaUpdate(key.params, params, scalars['keyMomentum']!) } });
  }

  step({ encoder }: MethodParts, params: Tensors, tree: StateTree, batch: Batch, context: MethodContext): MethodStep {
    const state = stateOf(tree);
    const { split } = this.options.batchNorm;
    const { ids, labels, views } = batch;
    const query = scope('query', () => forwardInGroups(encoder, { params, stats: state.query.stats }, views['query']!, split));
    const queries = l2Normalize(query.head) as tf.Tensor2D; // [B, D]
    const key = scope('key', () => forwardShuffled(encoder, state.key, views['key']!, split, context.rng.fork('shuffle-bn')));
    const keys = stopGradient(l2Normalize(key.head) as tf.Tensor2D); // [B, D]
    const { temperature } = this.options;
    const drawn = context.draw({ queries, keys, ids, labels, temperature });
    const { loss, metrics } = contrastiveLoss({
      ...inputOfDrawn(drawn),
      queries,
      positives: drawn.positives,
      temperature,
    });
    const next: MocoState = {
      query: { stats: constant(query.stats) },
      key: { params: state.key.params, stats: constant(key.stats) },
    };
    return { loss, state: treeOf(next), metrics, shared: { queries: drawn.queries, keys }, entries: { keys, ids, labels } };
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
