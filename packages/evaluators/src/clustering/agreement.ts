import { featuresMismatch } from '../errors.js';

/** How often cluster and class meet. */
export interface Contingency {
  readonly rows: number;
  /** Rows of each cluster. */
  readonly clusters: Map<number, number>;
  /** Rows of each class. */
  readonly classes: Map<number, number>;
  /** Rows of each pair: cluster, then class. */
  readonly pairs: Map<number, Map<number, number>>;
}

/** @param assignments Cluster of each row. @param labels Class of each. @throws MOCHI_FEATURES_MISMATCH */
export function contingency(assignments: ArrayLike<number>, labels: ArrayLike<number>): Contingency {
  const rows = assignments.length;
  if (rows !== labels.length || rows === 0)
    throw featuresMismatch(`${rows} clusters and ${labels.length} labels.`, 'one of each for every row, at least one');
  const counts = { rows, clusters: new Map<number, number>(), classes: new Map<number, number>(), pairs: new Map() };
  const add = (to: Map<number, number>, key: number) => to.set(key, (to.get(key) ?? 0) + 1);
  for (let row = 0; row < rows; row++) {
    const [cluster, label] = [assignments[row]!, labels[row]!];
    add(counts.clusters, cluster);
    add(counts.classes, label);
    const own = (counts.pairs as Contingency['pairs']).get(cluster) ?? new Map<number, number>();
    add(own, label);
    counts.pairs.set(cluster, own);
  }
  return counts;
}

const pairCounts = ({ pairs }: Contingency): number[] => [...pairs.values()].flatMap((own) => [...own.values()]);

/**
 * Normalised mutual information of clusters and classes, 2 I / (H_clusters + H_classes): 0 independent, 1 the same partition. Two partitions of
 * one part each are the same.
 *
 * @see Strehl and Ghosh 2002, Cluster ensembles; the arithmetic mean, as scikit-learn has it
 */
export function normalisedMutualInformation(counts: Contingency): number {
  const { rows, clusters, classes, pairs } = counts;
  const entropy = (sizes: Iterable<number>): number =>
    [...sizes].reduce((sum, size) => sum - (size / rows) * Math.log(size / rows), 0);
  const both = entropy(clusters.values()) + entropy(classes.values());
  if (both === 0) return 1;
  let shared = 0;
  for (const [cluster, own] of pairs)
    for (const [label, count] of own)
      shared += (count / rows) * Math.log((count * rows) / (clusters.get(cluster)! * classes.get(label)!));
  return Math.max(0, (2 * shared) / both);
}

/**
 * Adjusted Rand index: agreement over pairs of rows, corrected for chance. 1: the same partition; 0: as by chance; below 0: worse.
 *
 * @see Hubert and Arabie 1985, Comparing partitions
 */
export function adjustedRandIndex(counts: Contingency): number {
  const choose = (n: number): number => (n * (n - 1)) / 2;
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + choose(size), 0);
  const [together, inClusters, inClasses] = [
    sum(pairCounts(counts)),
    sum(counts.clusters.values()),
    sum(counts.classes.values()),
  ];
  const expected = (inClusters * inClasses) / Math.max(1, choose(counts.rows));
  const most = (inClusters + inClasses) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/** 100 for each row whose class is the commonest of its cluster (of equally common ones the lower), else 0: the mean is purity in percent. */
export function inMajority(counts: Contingency, assignments: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const commonest = new Map(
    [...counts.pairs].map(([cluster, own]) => [cluster, [...own].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0]]),
  );
  return Float64Array.from(labels, (label, row) => (commonest.get(assignments[row]!) === label ? 100 : 0));
}
