import type { EvalContext, Evaluator, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import { normalise, type Rows } from '../features/rows.js';
import { bootstrapMean } from '@mochi/core';
import { adjustedRandIndex, contingency, inMajority, normalisedMutualInformation } from './agreement.js';
import type { ClusteringConfig } from './config.js';
import { kMeans, seedCentres, type KMeansResult } from './k-means.js';

const METRICS: readonly MetricSpec[] = [
  { name: 'nmi', unit: 'share', better: 'higher' },
  { name: 'ari', unit: 'share', better: 'higher' },
  { name: 'purity', unit: '%', better: 'higher' },
];

/** Whether k-means, which sees no label, finds the classes. */
export function clusteringEvaluator(options: ClusteringConfig): Evaluator {
  const { restarts, iterations, layer, encoder } = options;
  let split = options.split;
  let used: { clustersUsed: number } | undefined;
  return {
    ...schedule(options, 'clustering', 'one pass over the split; restarts rounds R D clusters'),
    metrics: METRICS,
    reads: [{ option: 'split', split, labels: true }],
    get settings() {
      const { clusters, normalise: unit } = options;
      return { split, clusters, ...used, restarts, iterations, normalise: unit, layer, encoder };
    },
    async run(context: EvalContext) {
      split = await splitFor(context, 'clustering', { option: 'split', split: options.split, labels: true });
      const known = labelledRows(await readSplit(context, 'clustering', split, options), 'clustering', split);
      requireClasses(known.labels, 'clustering', split);
      const clusters = options.clusters ?? new Set(known.labels).size;
      used = { clustersUsed: clusters };
      const rows = options.normalise ? normalise(known) : known;
      const { assignments } = await best(rows, clusters, options, context);
      const counts = contingency(assignments, known.labels);
      return {
        nmi: normalisedMutualInformation(counts),
        ari: adjustedRandIndex(counts),
        purity: await bootstrapMean(inMajority(counts, assignments, known.labels), context.rng.fork('bootstrap')),
      };
    },
  };
}

async function best(
  rows: Rows,
  clusters: number,
  { restarts, iterations }: ClusteringConfig,
  { rng, signal }: EvalContext,
): Promise<KMeansResult> {
  let found: KMeansResult | undefined;
  for (let start = 0; start < restarts; start++) {
    const centres = await seedCentres(rows, clusters, rng.fork(`start-${start}`));
    const result = await kMeans(rows, centres, { iterations, signal });
    if (!found || result.inertia < found.inertia) found = result;
  }
  return found!;
}
