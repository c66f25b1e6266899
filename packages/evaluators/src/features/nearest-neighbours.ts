import { topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { featuresMismatch } from '../errors.js';
import { normalise, requireSameDim, type Rows } from './rows.js';

/** The k most similar references of each query, most similar first. */
export interface Neighbours {
  /** Neighbours of each query: at most as many as were asked for. */
  readonly k: number;
  readonly queries: number;
  /** Rows of the references, [queries, k]. */
  readonly indices: Int32Array;
  /** Cosines, [queries, k]. */
  readonly similarities: Float32Array;
}

export interface NeighbourOptions {
  /** A reference row that each query leaves out, e.g. itself, [queries]; -1 for none. */
  readonly exclude?: Int32Array;
  readonly signal?: AbortSignal;
  /** Bytes of one block of similarities. Default 64 MiB. */
  readonly blockBytes?: number;
}

/** References that one block of similarities covers at most: beyond it a block would be long and thin. */
const REFERENCE_ROWS = 65_536;

/**
 * Exact nearest neighbours by cosine: blocks of matrix products on the engine, each cut to its top k, merged on the host.
 * Of equal similarities the lower row comes first. `k` beyond the rows there are is clamped; see `k` of the result.
 *
 * @param queries [Q, D]. @param references [R, D]. Neither needs unit length.
 * @throws MOCHI_FEATURES_MISMATCH
 */
export async function nearestNeighbours(
  queries: Rows,
  references: Rows,
  k: number,
  options: NeighbourOptions = {},
): Promise<Neighbours> {
  const { exclude, signal, blockBytes = 64 * 2 ** 20 } = options;
  requireSameDim(queries, references);
  if (exclude && exclude.length !== queries.rows)
    throw featuresMismatch(`${exclude.length} rows to leave out for ${queries.rows} queries.`, 'one for each query');
  const spare = exclude ? 1 : 0; // one more than asked for, so that k remain when one is dropped
  const wanted = Math.min(k + spare, references.rows);
  const best = emptyNeighbours(queries.rows, wanted);
  const [from, to] = [normalise(queries), normalise(references)];
  const blockRows = Math.max(1, Math.min(REFERENCE_ROWS, to.rows));
  const chunkRows = Math.max(1, Math.floor(blockBytes / 4 / blockRows));
  for (let start = 0; start < to.rows; start += blockRows) {
    const block = upload(to, start, blockRows);
    try {
      for (let chunk = 0; chunk < from.rows; chunk += chunkRows) {
        signal?.throwIfAborted();
        const found = await nearestInBlock(from, chunk, chunkRows, block, wanted);
        for (let row = 0; row < found.queries; row++) mergeInto(best, chunk + row, found, row, start);
      }
    } finally {
      block.dispose();
    }
  }
  return exclude ? dropExcluded(best, exclude, Math.min(k, Math.max(0, references.rows - 1))) : best;
}

const upload = ({ rows, dim, features }: Rows, start: number, count: number): tf.Tensor2D => {
  const end = Math.min(start + count, rows);
  return tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]);
};

async function nearestInBlock(
  queries: Rows,
  start: number,
  count: number,
  block: tf.Tensor2D,
  wanted: number,
): Promise<Neighbours> {
  const k = Math.min(wanted, block.shape[0]);
  const { values, indices } = tf.tidy(() => {
    const { values, indices } = topK(tf.matMul(upload(queries, start, count), block, false, true), k);
    return { values, indices };
  });
  try {
    const [similarities, rows] = await Promise.all([values.data(), indices.data()]);
    return { k, queries: values.shape[0]!, similarities: similarities as Float32Array, indices: rows as Int32Array };
  } finally {
    tf.dispose([values, indices]);
  }
}

const emptyNeighbours = (queries: number, k: number): Neighbours => ({
  ...{ k, queries },
  indices: new Int32Array(queries * k).fill(-1),
  similarities: new Float32Array(queries * k).fill(-Infinity),
});

/** Merges two sorted lists of one query; `best` wins ties, since its rows are lower. */
function mergeInto(best: Neighbours, query: number, found: Neighbours, foundQuery: number, offset: number): void {
  const { k } = best;
  const [indices, similarities] = [
    best.indices.slice(query * k, (query + 1) * k),
    best.similarities.slice(query * k, (query + 1) * k),
  ];
  let [old, fresh] = [0, foundQuery * found.k];
  const freshEnd = fresh + found.k;
  for (let at = query * k; at < (query + 1) * k; at++) {
    if (fresh < freshEnd && found.similarities[fresh]! > similarities[old]!) {
      best.similarities[at] = found.similarities[fresh]!;
      best.indices[at] = found.indices[fresh++]! + offset;
    } else {
      best.similarities[at] = similarities[old]!;
      best.indices[at] = indices[old++]!;
    }
  }
}

function dropExcluded(all: Neighbours, exclude: Int32Array, k: number): Neighbours {
  const kept = emptyNeighbours(all.queries, k);
  for (let query = 0; query < all.queries; query++) {
    let at = query * k;
    for (let from = query * all.k; from < (query + 1) * all.k && at < (query + 1) * k; from++) {
      if (all.indices[from] === exclude[query]) continue;
      kept.indices[at] = all.indices[from]!;
      kept.similarities[at++] = all.similarities[from]!;
    }
  }
  return kept;
}
