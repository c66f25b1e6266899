import type { BankBlock, Block, Negatives } from '@mochi/contract';
import { scope, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { checkInput } from './check-input.js';
import { columnsOf, type Columns } from './columns.js';
import { pull, type Pull } from './denominators.js';
import { GradientSums } from './gradient-sums.js';
import { TRANSIENT_BYTES } from './mixtures.js';

export interface ContrastiveInput {
  /** Unit vectors, [B, D]. Gradient flows to them. */
  readonly queries: tf.Tensor2D;
  /** The positive of each query, unit vectors, [B, D]. Constants unless `positiveGradient`. */
  readonly positives: tf.Tensor2D;
  /** Unit rows [K, D] by the bank names that blocks use. Constants, unless `live`. */
  readonly banks: Readonly<Record<string, tf.Tensor2D>>;
  /** Cosines of queries and rows, [B, K], by bank: computed once and shared with the samplers. What is missing is computed. Constants. */
  readonly similarities: Readonly<Record<string, tf.Tensor2D>>;
  readonly negatives: Negatives;
  /** t > 0, no unit. */
  readonly temperature: number | tf.Scalar;
  /** What the loss of each query counts, [B], constants: the loss is the mean of weight times loss. Absent: 1 each. */
  readonly weights?: tf.Tensor1D;
  /** True lets gradient flow to the positives too. Default false: keys of a momentum encoder. */
  readonly positiveGradient?: boolean;
  /** Banks whose rows get gradient through their bank block: keys of this very batch (SimCLR). Mixtures of them stay constants. */
  readonly live?: readonly string[];
  /** Most bytes of gathered parents in memory at a time. Default 64 MiB. */
  readonly transientBytes?: number;
}

/** Constants: no gradient flows through them. Scalars. */
export interface ContrastiveMetrics extends Record<string, tf.Scalar> {
  /** Mean of p_k = e^s / (e^s + sum of negatives), 0..1, whatever the denominator. */
  readonly positiveProbability: tf.Scalar;
  /** Share of queries whose positive is above every negative, log-weights included, 0..1. */
  readonly accuracy: tf.Scalar;
  /** Mean cosine of query and positive, -1..1. */
  readonly positiveSimilarity: tf.Scalar;
}

export interface ContrastiveGradients {
  /** dL/dq, [B, D]. */
  readonly queries: tf.Tensor2D;
  /** dL/dk, [B, D], with `positiveGradient`. */
  readonly positives?: tf.Tensor2D;
  /** dL/dn, [K, D], of each bank block of a live bank, in their order. */
  readonly rows: tf.Tensor2D[];
  /** dL/dlogWeights, [B, K], of each bank block declared differentiable, in their order. */
  readonly logWeights: tf.Tensor2D[];
}

/**
 * The contrastive loss over blocks of negatives: mean over B, nats, one temperature for every column. Its gradient is the closed form with
 * every negative a constant, dL/dq = (1 / tB) [sum_n p_n n + sum_h p_h h - (1 - p_k) k], whatever part the query takes in making h; rows of a
 * live bank get dL/dn_j = (1 / tB) sum_b p_bj q_b. Finite wherever its inputs are, log-weights of -Infinity included: those negatives get probability 0 exactly.
 *
 * @returns The loss, to be differentiated, and metrics; the caller disposes them.
 * @throws MOCHI_NO_NEGATIVES, MOCHI_UNKNOWN_BANK, MOCHI_BANK_BLOCK_TWICE, MOCHI_BLOCK_SHAPE, MOCHI_TEMPERATURE, MOCHI_CORRECTION_RANGE
 * @see van den Oord et al. 2018, arXiv:1807.03748; Kalantidis et al. 2020, arXiv:2010.01028, section 3
 */
export function contrastiveLoss(input: ContrastiveInput): { loss: tf.Scalar; metrics: ContrastiveMetrics } {
  const differentiable = input.negatives.blocks.filter(isDifferentiable).map((block) => block.logWeights!);
  const live = input.negatives.blocks.filter((block) => isLive(block, input)).map(({ bank }) => input.banks[bank]!);
  const watched = [input.queries, ...(input.positiveGradient ? [input.positives] : []), ...live, ...differentiable];
  // A custom gradient has one output: the loss and the metrics travel as one vector and are cut apart below.
  const evaluated = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const { loss, gradients, metrics } = scope('loss', () => evaluate(input));
    save([gradients.queries, ...(gradients.positives ? [gradients.positives] : []), ...gradients.rows, ...gradients.logWeights]);
    return {
      value: tf.stack([loss, metrics.positiveProbability, metrics.accuracy, metrics.positiveSimilarity]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const scale = tf.reshape(tf.slice(dy, [0], [1]), []);
        return saved.map((gradient) => tf.mul(gradient, scale));
      },
    };
  });
  return tf.tidy(() => {
    const vector = evaluated(...watched);
    const constant = stopGradient(vector);
    const pick = (from: tf.Tensor, at: number): tf.Scalar => tf.reshape(tf.slice(from, [at], [1]), []);
    const metrics = {
      positiveProbability: pick(constant, 1),
      accuracy: pick(constant, 2),
      positiveSimilarity: pick(constant, 3),
    };
    return { loss: pick(vector, 0), metrics };
  });
}

/** The same without automatic differentiation: value and gradients at once, for own loops and audits. The caller disposes every tensor. */
export const contrastiveLossAndGradients = (
  input: ContrastiveInput,
): { loss: tf.Scalar; gradients: ContrastiveGradients; metrics: ContrastiveMetrics } =>
  tf.tidy(() => evaluate(input) as ReturnType<typeof evaluate> & tf.TensorContainer);

const isDifferentiable = (block: Block): block is BankBlock =>
  block.kind === 'bank' && block.differentiable === true && block.logWeights !== undefined;

const isLive = (block: Block, { live = [] }: ContrastiveInput): block is BankBlock =>
  block.kind === 'bank' && live.includes(block.bank);

/** Forward and closed-form backward in one pass: in a compiled step what nobody uses is pruned. */
function evaluate(input: ContrastiveInput): { loss: tf.Scalar; gradients: ContrastiveGradients; metrics: ContrastiveMetrics } {
  const blocks = checkInput(input);
  const similarities = similaritiesOf(input, blocks);
  const columns = blocks.map((block) => columnsOf(block, input, similarities, input.transientBytes ?? TRANSIENT_BYTES));
  const { exponentials, total, crowd, hardest } = exponentiate(columns);
  const cosine = tf.sum<tf.Tensor2D>(tf.mul(input.queries, input.positives), 1, true); // [B, 1]
  const positive = tf.div<tf.Tensor2D>(cosine, input.temperature);
  const mass = (): tf.Tensor2D => columns.map((block) => block.mass()).reduce((sum, one) => tf.add(sum, one));
  const contest = { positive, crowd, mass, temperature: input.temperature };
  const pulled = pull(input.negatives.denominator ?? { kind: 'with-positive' }, contest);
  const { loss, crowdGradient, positivePull } = input.weights ? weighted(pulled, input.weights) : pulled;
  const batch = input.queries.shape[0];
  // total >= 1 where there is a negative at all, because the largest contributes e^0: maximum only turns 0 / 0 into 0.
  const scale = tf.div<tf.Tensor2D>(crowdGradient, tf.mul(tf.maximum(total, 1), batch));
  const shares = exponentials.map((one) => tf.mul<tf.Tensor2D>(one, scale)); // dL/dx, [B, M] each
  return {
    loss: tf.mean(loss),
    gradients: gradientsOf(input, blocks, columns, shares, tf.div(positivePull, batch)),
    metrics: {
      positiveProbability: tf.mean(tf.sigmoid(tf.sub(positive, crowd))),
      accuracy: tf.mean(tf.cast(tf.greater(positive, hardest), 'float32')),
      positiveSimilarity: tf.mean(cosine),
    },
  };
}

/** Loss and gradients of each query times its weight. */
function weighted({ loss, crowdGradient, positivePull }: Pull, weights: tf.Tensor1D): Pull {
  const each = (x: tf.Tensor2D): tf.Tensor2D => tf.mul(x, tf.expandDims(weights, 1));
  return { loss: each(loss), crowdGradient: each(crowdGradient), positivePull: each(positivePull) };
}

/** Cosines of the banks that blocks use, given or computed. */
function similaritiesOf({ queries, banks, similarities }: ContrastiveInput, blocks: Block[]): Record<string, tf.Tensor2D> {
  const names = new Set(blocks.flatMap((block) => (block.kind === 'rows' ? [] : [block.bank])));
  return Object.fromEntries(
    [...names].map((name) => [name, similarities[name] ?? tf.matMul(queries, banks[name]!, false, true)]),
  );
}

/** e^(x - max) of every block with one maximum across blocks, their sum over all [B, 1], its log [B, 1], and the maximum [B, 1]. */
function exponentiate(columns: Columns[]) {
  const hardest = columns.map(({ logits }) => tf.max<tf.Tensor2D>(logits, 1, true)).reduce((a, b) => tf.maximum(a, b));
  const shift = tf.maximum<tf.Tensor2D>(hardest, -1e30); // -Infinity only where a query has no negative: -Infinity - -Infinity is NaN
  const exponentials = columns.map(({ logits }) => tf.exp<tf.Tensor2D>(tf.sub(logits, shift)));
  const total = exponentials.map((one) => tf.sum<tf.Tensor2D>(one, 1, true)).reduce((a, b) => tf.add(a, b));
  return { exponentials, total, crowd: tf.add<tf.Tensor2D>(tf.log(total), shift), hardest };
}

/** @param shares dL/dx of each block. @param positivePull -dL/ds, [B, 1]. */
function gradientsOf(
  input: ContrastiveInput,
  blocks: Block[],
  columns: Columns[],
  shares: tf.Tensor2D[],
  positivePull: tf.Tensor2D,
): ContrastiveGradients {
  const { queries, positives, banks, temperature } = input;
  const sums = new GradientSums();
  columns.forEach((block, at) => block.backward(shares[at]!, sums));
  const away = tf.sub(sums.total(queries, banks), tf.mul(positivePull, positives));
  return {
    queries: tf.div(away, temperature),
    ...(input.positiveGradient ? { positives: tf.neg<tf.Tensor2D>(tf.div(tf.mul(positivePull, queries), temperature)) } : {}),
    rows: shares
      .filter((_, at) => isLive(blocks[at]!, input))
      .map((share) => tf.div(tf.matMul(share, queries, true, false), temperature)),
    logWeights: shares.filter((_, at) => isDifferentiable(blocks[at]!)),
  };
}
