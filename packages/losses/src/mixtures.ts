import type { MixtureBlock } from '@mochi/contract';
import { deviceIndices, gather, layersOf } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Most bytes that the gathered parents may take at a time. */
export const TRANSIENT_BYTES = 64 * 2 ** 20;

/** Chunks that may be in memory together: where an op has one thread, two of them keep two processors busy. */
const LANES = 2;

/** What a chunk takes where that needs no more than {@link MOST_CHUNKS}: it stays in the cache, which halves the time against 64 MiB. */
const CACHED_BYTES = 8 * 2 ** 20;

/** More would make the graph large without making it faster. */
const MOST_CHUNKS = 16;

/** Least squared norm of a combination: antipodal parents and extrapolation reach 0. */
const LEAST_SQUARED_NORM = 1e-12;

/** A mixture block, evaluated: all that the loss and its gradient need, nothing of width D. */
export interface EvaluatedMixture {
  /** q.h, [B, M]. */
  readonly similarities: tf.Tensor2D;
  /** r, the norm of the combination, [B, M]. */
  readonly norm: tf.Tensor2D;
  /** For each of the P parents: b * K + row, [B * M] int32, where it stands in a flattened [B, K]. */
  readonly flatRows: readonly tf.Tensor1D[];
  /** For each of the P parents: its weights, [B, M]. */
  readonly weights: readonly tf.Tensor2D[];
}

/**
 * Cosines of each query with its synthetic negatives, in closed form: q.h = (sum_p w_p l_p + v) / r, with l_p = q.n_p, v the weight of the
 * query, and r the norm of the combination. Exact; but differentiating it is wrong wherever the query takes part, because that differentiates
 * h too: contrastiveLoss has the right gradient.
 *
 * @param bank Unit rows, [K, D]. @param similarities l of every row, [B, K]. @param transientBytes Memory for gathered parents at a time.
 * @returns [B, M]; the caller disposes it.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3 and 3.4
 */
export const mixtureSimilarities = (
  block: MixtureBlock,
  bank: tf.Tensor2D,
  similarities: tf.Tensor2D,
  transientBytes = TRANSIENT_BYTES,
): tf.Tensor2D => tf.tidy(() => evaluateMixture(block, bank, similarities, transientBytes).similarities);

/** See {@link mixtureSimilarities}. Call it inside a tidy: its intermediates are the caller's to drop. */
export function evaluateMixture(
  block: MixtureBlock,
  bank: tf.Tensor2D,
  similarities: tf.Tensor2D,
  transientBytes: number,
): EvaluatedMixture {
  const [rows, weights] = [layersOf(deviceIndices(block.rows)), layersOf(block.weights)];
  const flatRows = rows.map((parent) => flatten(parent, bank.shape[0]));
  const flatSimilarities = tf.reshape(similarities, [-1]);
  const parts = flatRows.map((at, p) =>
    tf.mul<tf.Tensor2D>(tf.reshape(gather(flatSimilarities, at), rows[p]!.shape), weights[p]!),
  );
  const mixed = parts.reduce((sum, part) => tf.add(sum, part)); // q.(sum_p w_p n_p)
  const rowsNorm = squaredNorm(rows, weights, bank, transientBytes);
  const own = block.queryWeight;
  const along = own ? tf.add<tf.Tensor2D>(mixed, own) : mixed; // r q.h
  const squared = own ? tf.add(rowsNorm, tf.mul(own, tf.add(own, tf.mul(2, mixed)))) : rowsNorm;
  // r >= |r q.h| because q and h are unit vectors. It binds by rounding only, and keeps |q.h| <= 1 where r^2 drowns in the rounding of its terms.
  const norm = tf.maximum<tf.Tensor2D>(tf.sqrt(tf.maximum(squared, LEAST_SQUARED_NORM)), tf.abs(along));
  return { similarities: tf.div<tf.Tensor2D>(along, norm), norm, flatRows, weights };
}

/**
 * The synthetic negatives themselves, [B, M, D] unit vectors: for audits, plots and tests. Takes B * M * D * 4 bytes and more, which is why
 * the loss never does this.
 */
export const materializeMixture = (block: MixtureBlock, bank: tf.Tensor2D, queries: tf.Tensor2D): tf.Tensor3D =>
  tf.tidy(() => {
    const [batch, count, parents] = block.rows.shape;
    const flat = gather(bank, tf.reshape(block.rows, [-1]));
    const rows = tf.reshape(flat, [batch, count, parents, bank.shape[1]]);
    let mixed = tf.sum(tf.mul(rows, tf.expandDims(block.weights, 3)), 2); // [B, M, D]
    if (block.queryWeight) mixed = tf.add(mixed, tf.mul(tf.expandDims(block.queryWeight, 2), tf.expandDims(queries, 1)));
    const squared = tf.sum(tf.square(mixed), 2, true);
    return tf.div<tf.Tensor3D>(mixed, tf.sqrt(tf.maximum(squared, LEAST_SQUARED_NORM)));
  });

/** Rows [B, M] of a bank of K rows, as positions in a flattened [B, K]. */
function flatten(rows: tf.Tensor2D, capacity: number): tf.Tensor1D {
  const batch = rows.shape[0];
  const start = deviceIndices(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(capacity, 'int32')));
  return tf.reshape(tf.add(rows, tf.expandDims(start, 1)), [-1]);
}

/** |sum_p w_p n_p|^2, [B, M]. One parent needs no dot product, two need one; more are summed first. */
function squaredNorm(rows: tf.Tensor2D[], weights: tf.Tensor2D[], bank: tf.Tensor2D, transientBytes: number): tf.Tensor2D {
  const [first, second] = weights as [tf.Tensor2D, tf.Tensor2D?];
  if (!second) return tf.square(first);
  if (weights.length === 2) {
    const dots = inChunks(rows, [], bank, transientBytes, ([left, right]) => tf.sum(tf.mul(left!, right!), 1));
    return tf.add(tf.add(tf.square(first), tf.square(second)), tf.mul(tf.mul(2, tf.mul(first, second)), dots));
  }
  return inChunks(rows, weights, bank, transientBytes, (parents, shares) => {
    const scaled = parents.map((parent, p) => tf.mul(parent, shares[p]!));
    return tf.sum(tf.square(scaled.reduce((sum, part) => tf.add(sum, part))), 1);
  });
}

type ChunkOp = (parents: tf.Tensor2D[], shares: tf.Tensor2D[]) => tf.Tensor;

/** Gathers parents [b * m, D] for as many of the M negatives as fit, and keeps only one number for each: nothing of width D outlives a chunk. */
function inChunks(
  rows: tf.Tensor2D[],
  weights: tf.Tensor2D[],
  bank: tf.Tensor2D,
  transientBytes: number,
  op: ChunkOp,
): tf.Tensor2D {
  const [batch, count] = rows[0]!.shape;
  // One buffer for each parent, and one for what the op makes of them.
  const bytesEach = batch * bank.shape[1] * 4 * (rows.length + 1);
  const wanted = Math.max(CACHED_BYTES / bytesEach, count / MOST_CHUNKS);
  const size = Math.max(1, Math.min(count, Math.ceil(wanted), Math.floor(transientBytes / LANES / bytesEach)));
  const done: tf.Tensor2D[] = [];
  for (let start = 0; start < count; start += size) {
    const width = Math.min(size, count - start);
    const cut = (x: tf.Tensor2D): tf.Tensor2D => (width === count ? x : tf.slice(x, [0, start], [batch, width]));
    const before = done.at(-LANES);
    done.push(
      tf.tidy(() => {
        const parents = rows.map((parent) => gather(bank, tf.reshape(after(before, cut(parent)), [-1])) as tf.Tensor2D);
        const shares = weights.map((weight) => tf.reshape(cut(weight), [-1, 1]) as tf.Tensor2D);
        return tf.reshape(op(parents, shares), [batch, width]) as tf.Tensor2D;
      }),
    );
  }
  return done.length === 1 ? done[0]! : tf.concat(done, 1);
}

/**
 * The same rows, but computed after `before`: a compiled graph runs independent nodes at once, so that without an order all chunks could be
 * in memory together. Adds 0, which the graph optimizer cannot know.
 */
function after(before: tf.Tensor2D | undefined, rows: tf.Tensor2D): tf.Tensor2D {
  if (!before) return rows;
  const zero = tf.cast(tf.less(tf.slice(before, [0, 0], [1, 1]), -1e30), 'int32'); // a dot of unit rows, a squared norm: never below
  return tf.add(rows, deviceIndices(zero));
}
