import type { EvalContext, Evaluator } from '@mochi/contract';
import { accuracies, top1, top5 } from '../accuracy.js';
import { schedule } from '../common-config.js';
import { classCount, labelledRows, readSplit } from '../features/read-split.js';
import type { LinearConfig } from './config.js';
import { linearProbe } from './linear-probe.js';

/** Percent of the test split that a linear classifier on frozen features of the training split gets right. */
export function linearEvaluator(options: LinearConfig): Evaluator {
  const { train, test, layer, encoder, rates, validation, epochs, batchSize, momentum, weightDecay } = options;
  let chosen: number | undefined;
  return {
    ...schedule(options, 'linear'),
    metrics: [top1, top5],
    get settings() {
      const rate = chosen === undefined ? {} : { rate: chosen };
      const how = { rates, validation, epochs, batchSize, momentum, weightDecay, standardise: options.standardise };
      return { ...rate, ...how, layer, encoder, train, test };
    },
    async run(context: EvalContext) {
      const trainFeatures = await readSplit(context, 'linear', train, options);
      const known = labelledRows(trainFeatures, 'linear', train);
      const asked = labelledRows(await readSplit(context, 'linear', test, options), 'linear', test);
      const classes = classCount(trainFeatures.classes, known.labels, asked.labels);
      const { logits, rate } = await linearProbe(known, asked, { ...options, classes, rng: context.rng, signal: context.signal });
      chosen = rate;
      return accuracies(logits, classes, asked.labels);
    },
  };
}
