import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { tooFewRows } from '../errors.js';
import { takeRows, type Rows } from '../features/rows.js';
import { uniformDraws } from '@mochi/core';

export interface KMeansOptions {
  /** Rounds at most. Default 300. */
  readonly iterations?: number;
  readonly signal?: AbortSignal;
}

export interface KMeansResult {
  /** Cluster of each row, [rows]; of equally near centres the lower number. */
  readonly assignments: Int32Array;
  /** [K, D] */
  readonly centres: Rows;
  /** Sum over the rows of the squared distance to their centre. */
  readonly inertia: number;
  readonly rounds: number;
}

/** Distances of one block at most: 64 MiB of float32. */
const BLOCK = 16 * 2 ** 20;

/**
 * Lloyd's k-means from given centres, until no row changes its cluster. A cluster that loses all rows takes the row that is farthest from its
 * centre. Distances are float32 on the engine, centres sums in float64.
 *
 * @param given [R, D]. @param start [K, D]. @see Lloyd 1982, Least squares quantization in PCM
 */
export async function kMeans(given: Rows, start: Rows, { iterations = 300, signal }: KMeansOptions = {}): Promise<KMeansResult> {
  if (given.rows < start.rows) throw tooFewRows('k-means', `the features for ${start.rows} clusters`, given.rows, start.rows);
  const blocks = upload(given, start.rows);
  let centres = start;
  let assignments: Int32Array = new Int32Array(given.rows).fill(-1);
  try {
    for (let round = 1; ; round++) {
      signal?.throwIfAborted();
      const { nearest, distances } = await assign(blocks, centres, given.rows);
      const settled = nearest.every((cluster, row) => cluster === assignments[row]);
      assignments = nearest;
      if (settled || round > iterations)
        return { assignments, centres, inertia: distances.reduce((sum, one) => sum + one, 0), rounds: round };
      centres = centresOf(given, assignments, start.rows, distances);
    }
  } finally {
    tf.dispose(blocks);
  }
}

function upload({ rows, dim, features }: Rows, clusters: number): tf.Tensor2D[] {
  const perBlock = Math.max(1, Math.floor(BLOCK / clusters));
  return Array.from({ length: Math.ceil(rows / perBlock) }, (_, at) => {
    const [start, end] = [at * perBlock, Math.min(rows, (at + 1) * perBlock)];
    return tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]);
  });
}

/** @returns Nearest centre of each row, and the squared distance to it. */
async function assign(blocks: readonly tf.Tensor2D[], centres: Rows, rows: number) {
  const nearest = new Int32Array(rows);
  const distances = new Float64Array(rows);
  let done = 0;
  for (const block of blocks) {
    const parts = tf.tidy(() => {
      const to = tf.tensor2d(centres.features, [centres.rows, centres.dim]);
      const squares = tf.sum(tf.square(to), 1);
      const partial = tf.sub(squares, tf.mul(tf.matMul(block, to, false, true), 2)); // less the row's own square
      return [tf.argMin(partial, 1), tf.add(tf.min(partial, 1), tf.sum(tf.square(block), 1))];
    });
    const [clusters, squared] = await Promise.all(parts.map((part) => part.data()));
    tf.dispose(parts);
    nearest.set(clusters!, done);
    for (let row = 0; row < clusters!.length; row++) distances[done + row] = Math.max(0, squared![row]!);
    done += clusters!.length;
  }
  return { nearest, distances };
}

function centresOf({ rows, dim, features }: Rows, assignments: Int32Array, clusters: number, distances: Float64Array): Rows {
  const sums = new Float64Array(clusters * dim);
  const counts = new Int32Array(clusters);
  const far = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]!);
  for (let row = 0; row < rows; row++) counts[assignments[row]!]!++;
  for (let cluster = 0; cluster < clusters; cluster++) {
    if (counts[cluster]! > 0) continue;
    const moved = far.find((row) => counts[assignments[row]!]! > 1)!; // there are at least as many rows as clusters
    counts[assignments[moved]!]!--;
    assignments[moved] = cluster;
    counts[cluster] = 1;
  }
  for (let row = 0, at = 0; row < rows; row++)
    for (let d = 0; d < dim; d++) sums[assignments[row]! * dim + d]! += features[at++]!;
  return { rows: clusters, dim, features: Float32Array.from(sums, (sum, at) => sum / counts[Math.floor(at / dim)]!) };
}

/**
 * Starting centres by k-means++: the first at random, each next one with probability in proportion to the squared distance to the nearest so far.
 *
 * @see Arthur and Vassilvitskii 2007, k-means++: the advantages of careful seeding
 */
export async function seedCentres(given: Rows, clusters: number, rng: Rng): Promise<Rows> {
  const { rows, dim, features } = given;
  if (rows < clusters) throw tooFewRows('k-means', `the features for ${clusters} clusters`, rows, clusters);
  const draw = await uniformDraws(rng);
  const picked = [Math.floor(draw() * rows)];
  const nearest = new Float64Array(rows).fill(Infinity);
  while (picked.length < clusters) {
    const last = picked.at(-1)! * dim;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      let square = 0;
      for (let d = 0; d < dim; d++) square += (features[row * dim + d]! - features[last + d]!) ** 2;
      nearest[row] = Math.min(nearest[row]!, square);
      total += nearest[row]!;
    }
    picked.push(total > 0 ? rowAt(nearest, draw() * total) : picked.length); // fewer distinct rows than clusters: any will do
  }
  return takeRows(given, picked);
}

function rowAt(weights: Float64Array, target: number): number {
  let passed = 0;
  const row = weights.findIndex((weight) => (passed += weight) > target);
  return row < 0 ? weights.length - 1 : row;
}
