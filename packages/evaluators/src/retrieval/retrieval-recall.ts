import { nearestNeighbours, type NeighbourOptions, type Neighbours } from '../features/nearest-neighbours.js';
import { centre, meanRow, takeRows, type Rows } from '../features/rows.js';
import { meanOf } from '@mochi/core';

/** True where a row of the gallery is a hit for a query. */
export type Match = (query: number, row: number) => boolean;

/**
 * R@k: percent of the queries that have a hit among their k nearest rows. A query without any counterpart in the gallery is a miss.
 *
 * @param neighbours Most similar first. @param k Beyond the neighbours there are, all of them count.
 */
export const recallAt = (neighbours: Neighbours, match: Match, k: number): number => meanOf(recallHits(neighbours, match, k));

/** 100 for each query that `recallAt` counts, else 0. */
export function recallHits({ queries, k: width, indices }: Neighbours, match: Match, k: number): Float64Array {
  const hits = new Float64Array(queries);
  for (let query = 0; query < queries; query++) {
    for (let rank = 0; rank < Math.min(k, width); rank++) {
      if (!match(query, indices[query * width + rank]!)) continue;
      hits[query] = 100;
      break;
    }
  }
  return hits;
}

/**
 * Average precision at R of each query, percent: with R counterparts in the gallery, the mean over the first R ranks of the precision so far where
 * the rank is a hit, else 0. 100: all counterparts come first. A query without counterparts has 0.
 *
 * @param neighbours At least R for each query. @param counterparts R of each query.
 * @see Musgrave et al. 2020, A Metric Learning Reality Check, arXiv:2003.08505, section 3.2
 */
export function averagePrecisions(
  { queries, k: width, indices }: Neighbours,
  match: Match,
  counterparts: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: queries }, (_, query) => {
    const r = Math.min(counterparts[query]!, width);
    let [found, total] = [0, 0];
    for (let rank = 0; rank < r; rank++) if (match(query, indices[query * width + rank]!)) total += ++found / (rank + 1);
    return r === 0 ? 0 : (100 * total) / counterparts[query]!;
  });
}

export interface RecallOptions extends NeighbourOptions {
  /** Subtract the mean of the gallery from both sides. Default true. */
  readonly centre?: boolean;
}

/**
 * R@k of one set against another, by cosine.
 *
 * @param queries [Q, D]. @param gallery [G, D].
 * @returns Percent for each of `ks`, in their order.
 * @throws MOCHI_FEATURES_MISMATCH
 */
export async function retrievalRecall(
  queries: Rows,
  gallery: Rows,
  match: Match,
  ks: readonly number[],
  options: RecallOptions = {},
): Promise<number[]> {
  return (await retrieve(queries, gallery, match, { ks }, options)).recall.map(meanOf);
}

/** What each query got, percent. */
export interface Retrieved {
  /** For each of `ks`, [queries]. */
  readonly recall: readonly Float64Array[];
  /** [queries], where counterparts were given. */
  readonly averagePrecision?: Float64Array;
}

/** Neighbours that are kept at once, over all queries of a chunk: 64 MiB with their similarities. */
const KEPT = 8 * 2 ** 20;

/**
 * R@k, and mAP@R where the number of counterparts of each query is given, query by query. Queries are looked up in chunks, so that memory does
 * not grow with R.
 */
export async function retrieve(
  queries: Rows,
  gallery: Rows,
  match: Match,
  { ks, counterparts }: { readonly ks: readonly number[]; readonly counterparts?: Int32Array },
  { centre: centred = true, exclude, ...options }: RecallOptions = {},
): Promise<Retrieved> {
  const mean = centred ? meanRow(gallery) : null;
  const [from, to] = mean ? [centre(queries, mean), centre(gallery, mean)] : [queries, gallery];
  const most = counterparts ? counterparts.reduce((a, b) => Math.max(a, b), 0) : 0;
  const k = Math.max(...ks, most);
  const chunk = Math.max(1, Math.floor(KEPT / Math.min(k, gallery.rows)));
  const recall = ks.map(() => new Float64Array(queries.rows));
  const averagePrecision = counterparts && new Float64Array(queries.rows);
  for (let start = 0; start < queries.rows; start += chunk) {
    const rows = Int32Array.from({ length: Math.min(chunk, queries.rows - start) }, (_, at) => start + at);
    const left = exclude ? { exclude: exclude.subarray(start, start + rows.length) } : {};
    const neighbours = await nearestNeighbours(takeRows(from, rows), to, k, { ...options, ...left });
    const local: Match = (query, row) => match(start + query, row);
    ks.forEach((one, at) => recall[at]!.set(recallHits(neighbours, local, one), start));
    if (counterparts)
      averagePrecision!.set(averagePrecisions(neighbours, local, counterparts.subarray(start, start + rows.length)), start);
  }
  return { recall, ...(averagePrecision ? { averagePrecision } : {}) };
}
