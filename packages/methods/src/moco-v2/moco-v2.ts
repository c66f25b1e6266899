import type {
  BankEntries,
  Batch,
  EncoderWeights,
  Method,
  MethodContext,
  MethodParts,
  MethodStep,
  Rng,
  StateTree,
  Tensors,
} from '@mochi/contract';
import { contrastiveLoss, inputOfDrawn } from '@mochi/losses';
import { emaUpdate } from '@mochi/optim';
import { l2Normalize, scope, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { cloned, constants, twice } from '../shared/tensors.js';
import type { MocoV2Config } from './config.js';
import { forwardInGroups, forwardShuffled } from './split-batch.js';

/** What MoCo keeps beside the query encoder's parameters. */
type MocoState = { query: { stats: Tensors }; key: { params: Tensors; stats: Tensors } };

const stateOf = (tree: StateTree): MocoState => tree as unknown as MocoState;
const treeOf = (state: MocoState): StateTree => state as unknown as StateTree;

/** Unit vectors of some views, one below the other, and the running statistics after them. */
interface Encoded {
  readonly rows: tf.Tensor2D;
  readonly stats: Tensors;
}

/**
 * MoCo-v2 (Chen et al. 2020, arXiv:2003.04297) over any chain of negative samplers. Order within a step: the key encoder moves towards the
 * query encoder; query forward; key forward without gradient; logits against the bank as it was before this batch; loss; only then the keys
 * enter the bank.
 */
export class MocoV2 implements Method {
  readonly name = 'moco-v2';
  readonly views = ['query', 'key'] as const;
  readonly negatives = 'memory';
  readonly keysPerImage: number;

  constructor(private readonly options: MocoV2Config) {
    this.keysPerImage = options.symmetric ? 2 : 1;
  }

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

  step(parts: MethodParts, params: Tensors, tree: StateTree, batch: Batch, context: MethodContext): MethodStep {
    const { symmetric, temperature } = this.options;
    const state = stateOf(tree);
    const query = scope('query', () => this.queriesOf(parts, { params, stats: state.query.stats }, batch));
    const key = scope('key', () => this.keysOf(parts, state.key, batch, symmetric ? ['key', 'query'] : ['key'], context.rng));
    const [queries, keys] = [query.rows, key.rows];
    const [ids, labels] = symmetric ? [twice(batch.ids), batch.labels && twice(batch.labels)] : [batch.ids, batch.labels];
    const drawn = context.draw({ queries, keys, ids, labels, temperature });
    const { loss, metrics } = contrastiveLoss({ ...inputOfDrawn(drawn), queries, positives: drawn.positives, temperature });
    const next: MocoState = {
      query: { stats: constants(query.stats) },
      key: { params: state.key.params, stats: constants(key.stats) },
    };
    const entries = { keys: symmetric ? swapHalves(keys) : keys, ids, labels };
    return { loss, state: treeOf(next), metrics, shared: { queries: drawn.queries, keys }, entries };
  }

  /** Keys of the view `key`, as a step would make them: normalised by their own batch. */
  keys(parts: MethodParts, _params: Tensors, tree: StateTree, batch: Batch, { rng }: Pick<MethodContext, 'rng'>): BankEntries {
    const { ids, labels } = batch;
    return { keys: this.keysOf(parts, stateOf(tree).key, batch, ['key'], rng).rows, ids, labels };
  }

  encoders(params: Tensors, tree: StateTree): Record<string, EncoderWeights> {
    const { query, key } = stateOf(tree);
    return { query: { params, stats: query.stats }, key };
  }

  private queriesOf({ encoder }: MethodParts, weights: EncoderWeights, { views }: Batch): Encoded {
    const { split } = this.options.batchNorm;
    return inTurn(weights, this.options.symmetric ? ['query', 'key'] : ['query'], (now, view) =>
      forwardInGroups(encoder, now, views[view]!, split),
    );
  }

  private keysOf(
    { encoder }: MethodParts,
    weights: EncoderWeights,
    { views }: Batch,
    names: readonly string[],
    rng: Rng,
  ): Encoded {
    const { split } = this.options.batchNorm;
    const encoded = inTurn(weights, names, (now, view) =>
      forwardShuffled(encoder, now, views[view]!, split, rng.fork(view === 'key' ? 'shuffle-bn' : `shuffle-bn/${view}`)),
    );
    return { ...encoded, rows: stopGradient(encoded.rows) };
  }
}

/** The views one after another through one encoder: each is normalised by itself, and finds the statistics that the one before left. */
function inTurn(
  weights: EncoderWeights,
  views: readonly string[],
  forward: (weights: EncoderWeights, view: string) => { head: tf.Tensor2D; stats: Tensors },
): Encoded {
  let { stats } = weights;
  const rows = views.map((view) => {
    const pass = forward({ ...weights, stats }, view);
    stats = pass.stats;
    return l2Normalize(pass.head) as tf.Tensor2D;
  });
  return { rows: rows.length === 1 ? rows[0]! : (tf.concat(rows) as tf.Tensor2D), stats };
}

const swapHalves = (rows: tf.Tensor2D): tf.Tensor2D => {
  const [first, second] = tf.split(rows, 2) as [tf.Tensor2D, tf.Tensor2D];
  return tf.concat([second, first]) as tf.Tensor2D;
};
