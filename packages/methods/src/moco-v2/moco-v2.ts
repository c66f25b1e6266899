import type {
  BankEntries,
  Batch,
  Drawn,
  EncoderWeights,
  Method,
  MethodContext,
  MethodParts,
  MethodStep,
  Rng,
  SoftTargets,
  StateTree,
  Tensors,
} from '@mochi/contract';
import { contrastiveLoss, inputOfDrawn } from '@mochi/losses';
import { emaUpdate } from '@mochi/optim';
import { l2Normalize, scope, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { cloned, constants, twice } from '../shared/tensors.js';
import type { MocoV2Config } from './config.js';
import { softLoss } from './soft-loss.js';
import { forwardInGroups, forwardShuffled } from './split-batch.js';

/** What MoCo keeps beside the query encoder's parameters. */
type MocoState = { query: { stats: Tensors }; key: { params: Tensors; stats: Tensors } };

const stateOf = (tree: StateTree): MocoState => tree as unknown as MocoState;
const treeOf = (state: MocoState): StateTree => state as unknown as StateTree;

/** Unit vectors of some views, and the running statistics after them. */
interface Encoded {
  readonly rows: readonly tf.Tensor2D[];
  readonly stats: Tensors;
}

/**
 * MoCo-v2 (Chen et al. 2020, arXiv:2003.04297) over any chain of negative samplers. Order within a step: the key encoder moves towards the
 * query encoder; query forward; key forward without gradient; logits against the bank as it was before this batch; loss; only then the keys
 * enter the bank.
 */
export class MocoV2 implements Method {
  readonly name = 'moco-v2';
  readonly views: readonly string[];
  readonly negatives = 'memory';
  readonly mixes = true;
  readonly keysPerImage: number;
  /** The views that are queries, and for each of them the view whose keys are its positives. */
  private readonly sides: readonly string[];
  private readonly others: readonly string[];

  constructor(private readonly options: MocoV2Config) {
    this.views = ['query', 'key', ...options.extraViews];
    this.sides = options.symmetric ? ['query', 'key'] : ['query'];
    this.others = options.symmetric ? ['key', 'query'] : ['key'];
    this.keysPerImage = this.sides.length;
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
    const { sides, others } = this;
    const state = stateOf(tree);
    const views = this.imagesOf(batch, context);
    const images = [...views.hard, ...views.mixed.map((one) => one.images), ...views.extra];
    const query = scope('query', () => this.queriesOf(parts, { params, stats: state.query.stats }, images));
    const key = scope('key', () => this.keysOf(parts, state.key, batch, others, context.rng));
    const rows = [...query.rows];
    const [hardRows, mixedRows] = [rows.splice(0, views.hard.length), rows.splice(0, views.mixed.length)];
    // Hooks see the last draw: that of the main views.
    const extra = rows.map((queries) => this.lossOf([queries], key.rows.slice(0, 1), batch, context));
    const mixed = views.mixed.map(({ targets }, at) => this.mixedLossOf(mixedRows[at]!, key.rows[at]!, targets, batch, context));
    const hard = hardRows.length > 0 ? this.lossOf(hardRows, key.rows, batch, context) : undefined;
    const next: MocoState = {
      query: { stats: constants(query.stats) },
      key: { params: state.key.params, stats: constants(key.stats) },
    };
    const { queries } = (hard ?? mixed.at(-1)!).drawn;
    const entries = { keys: joined([...key.rows].reverse()), ...named(batch, sides.length) };
    const shared = { queries, keys: hard ? joined(key.rows) : key.rows.at(-1)! };
    return { ...addUp(sides.length, hard, mixed, extra), state: treeOf(next), shared, entries };
  }

  /** What queries are made of. */
  private imagesOf({ views, ids }: Batch, { mixing }: MethodContext) {
    const own = (names: readonly string[]): tf.Tensor4D[] => names.map((name) => views[name]!);
    const hard = !mixing || mixing.keepsOriginal ? own(this.sides) : [];
    return { hard, mixed: mixing ? own(this.sides).map((images) => mixing.mix(images, ids)) : [], extra: own(this.options.extraViews) }; // prettier-ignore
  }

  /** Keys of the view `key`, as a step would make them: normalised by their own batch. */
  keys(parts: MethodParts, _params: Tensors, tree: StateTree, batch: Batch, { rng }: Pick<MethodContext, 'rng'>): BankEntries {
    const { ids, labels } = batch;
    return { keys: this.keysOf(parts, stateOf(tree).key, batch, ['key'], rng).rows[0]!, ids, labels };
  }

  encoders(params: Tensors, tree: StateTree): Record<string, EncoderWeights> {
    const { query, key } = stateOf(tree);
    return { query: { params, stats: query.stats }, key };
  }

  private queriesOf({ encoder }: MethodParts, weights: EncoderWeights, images: readonly tf.Tensor4D[]): Encoded {
    const { split } = this.options.batchNorm;
    return inTurn(weights, images, (now, view) => forwardInGroups(encoder, now, view, split));
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
    return { ...encoded, rows: encoded.rows.map(stopGradient) };
  }

  /** Queries of some views and the keys of each. */
  private lossOf(
    queryRows: readonly tf.Tensor2D[],
    keyRows: readonly tf.Tensor2D[],
    batch: Batch,
    { draw }: MethodContext,
  ): Loss {
    const { temperature } = this.options;
    const [queries, keys] = [joined(queryRows), joined(keyRows)];
    const drawn = draw({ queries, keys, temperature, ...named(batch, queryRows.length) });
    return { drawn, ...contrastiveLoss({ ...inputOfDrawn(drawn), queries, positives: drawn.positives, temperature }) };
  }

  /** Mixed queries of a view and the keys of the other one. */
  private mixedLossOf(queries: tf.Tensor2D, keys: tf.Tensor2D, targets: SoftTargets, batch: Batch, context: MethodContext): Loss {
    const drawn = context.draw({ queries, keys, temperature: this.options.temperature, ...named(batch, 1) });
    const batchKeys = context.mixing!.batchNegatives ? { batchKeys: keys } : {};
    return { drawn, ...softLoss({ drawn, queries, targets, ...batchKeys }) };
  }
}

interface Loss {
  readonly drawn: Drawn;
  readonly loss: tf.Scalar;
  readonly metrics: Record<string, tf.Scalar>;
}

/** Ids and labels of a batch, as often as it stands below itself. */
const named = ({ ids, labels }: Batch, times: number): Pick<Batch, 'ids' | 'labels'> =>
  times === 1 ? { ids, labels } : { ids: twice(ids), labels: labels && twice(labels) };

/**
 * The loss of all views: hard and mixed added, mean over the two directions where symmetric, and over further views as if each were one more.
 *
 * @param sides Views that are queries with hard or mixed targets, 1 or 2.
 */
function addUp(
  sides: number,
  hard: Loss | undefined,
  mixed: readonly Loss[],
  extra: readonly Loss[],
): Pick<MethodStep, 'loss' | 'metrics'> {
  const mean = (losses: readonly Loss[]): tf.Scalar => tf.div(tf.addN(losses.map(({ loss }) => loss)), losses.length);
  const { metrics } = hard ?? mixed[0]!;
  if (mixed.length + extra.length === 0) return { loss: hard!.loss, metrics };
  const parts = [...(hard ? [hard.loss] : []), ...(mixed.length > 0 ? [mean(mixed)] : [])];
  const main = tf.addN(parts);
  const further: Record<string, tf.Scalar> = extra.length > 0 ? { extraLoss: stopGradient(mean(extra)) } : {};
  const soft: Record<string, tf.Scalar> = mixed.length > 0 ? { mixedLoss: stopGradient(mean(mixed)) } : {};
  const sum = tf.addN([tf.mul(main, sides), ...extra.map(({ loss }) => loss)]);
  return { loss: tf.div(sum, sides + extra.length), metrics: { ...metrics, ...soft, ...further } };
}

/** The views one after another through one encoder: each is normalised by itself, and finds the statistics that the one before left. */
function inTurn<V>(
  weights: EncoderWeights,
  views: readonly V[],
  forward: (weights: EncoderWeights, view: V) => { head: tf.Tensor2D; stats: Tensors },
): Encoded {
  let { stats } = weights;
  const rows = views.map((view) => {
    const pass = forward({ ...weights, stats }, view);
    stats = pass.stats;
    return l2Normalize(pass.head) as tf.Tensor2D;
  });
  return { rows, stats };
}

const joined = (rows: readonly tf.Tensor2D[]): tf.Tensor2D => (rows.length === 1 ? rows[0]! : tf.concat([...rows]));
