import { nearestNeighbours, type NeighbourOptions, type Neighbours } from '../features/nearest-neighbours.js';
import { centre, meanRow, type Rows } from '../features/rows.js';

/** True where a row of the gallery is a hit for a query. */
export type Match = (query: number, row: number) => boolean;

/**
 * R@k: percent of the queries that have a hit among their k nearest rows. A query without any counterpart in the gallery is a miss.
 *
 * @param neighbours Most similar first. @param k Beyond the neighbours there are, all of them count.
 */
export function recallAt({ queries, k: width, indices }: Neighbours, match: Match, k: number): number {
  let hits = 0;
  for (let query = 0; query < queries; query++) {
    for (let rank = 0; rank < Math.min(k, width); rank++) {
      if (!match(query, indices[query * width + rank]!)) continue;
      hits++;
      break;
    }
  }
  return (100 * hits) / queries;
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
  { centre: centred = true, ...options }: RecallOptions = {},
): Promise<number[]> {
  const mean = centred ? meanRow(gallery) : null;
  const [from, to] = mean ? [centre(queries, mean), centre(gallery, mean)] : [queries, gallery];
  const neighbours = await nearestNeighbours(from, to, Math.max(...ks), options);
  return ks.map((k) => recallAt(neighbours, match, k));
}
