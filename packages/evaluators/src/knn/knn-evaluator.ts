import type { EvalContext, Evaluator } from '@mochi/contract';
import { accuracies, top1, top5 } from '../accuracy.js';
import { schedule, type Warn } from '../common-config.js';
import { classCount, labelledRows, readSplit } from '../features/read-split.js';
import { centre, meanRow } from '../features/rows.js';
import type { KnnConfig } from './config.js';
import { weightedKnn } from './weighted-knn.js';

/** Percent of the test split that the weighted vote of its nearest training rows gets right. */
export function knnEvaluator(options: KnnConfig, warn: Warn = () => {}): Evaluator {
  const { k, temperature, train, test, layer, encoder } = options;
  let usedK: number | undefined;
  return {
    ...schedule(options, 'knn'),
    metrics: [top1, top5],
    get settings() {
      const clamped = usedK !== undefined && usedK < k ? { kUsed: usedK } : {};
      return { k, ...clamped, temperature, layer, encoder, train, test, centre: options.centre };
    },
    async run(context: EvalContext) {
      const trainFeatures = await readSplit(context, 'knn', train, options);
      const reference = labelledRows(trainFeatures, 'knn', train);
      const queries = labelledRows(await readSplit(context, 'knn', test, options), 'knn', test);
      const classes = classCount(trainFeatures.classes, reference.labels, queries.labels);
      const mean = options.centre ? meanRow(reference) : null;
      const [from, to] = mean ? [centre(reference, mean), centre(queries, mean)] : [reference, queries];
      const result = await weightedKnn(from, to, { k, temperature, classes, signal: context.signal });
      if (result.k < k && usedK !== result.k)
        warn(`knn: k ${k} is more than the ${reference.rows} labelled rows of ${train}; ${result.k} vote.`);
      usedK = result.k;
      return accuracies(result.votes, classes, queries.labels);
    },
  };
}
