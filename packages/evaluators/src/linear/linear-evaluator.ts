import type { EvalContext, Evaluator } from '@mochi/contract';
import { accuracies, top1, top5 } from '../accuracy.js';
import { labelledPair, schedule } from '../common-config.js';
import { classCount, labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import type { LinearConfig } from './config.js';
import { linearProbe } from './linear-probe.js';

/** Percent of the test split that a linear classifier on frozen features of the training split gets right. */
export function linearEvaluator(options: LinearConfig): Evaluator {
  const { train, layer, encoder } = options;
  let test = options.test;
  let chosen: number | undefined;
  return {
    ...schedule(options, 'linear', costOf(options)),
    metrics: [top1, top5],
    reads: labelledPair(options),
    get settings() {
      const how = howOf(options, chosen);
      return { solver: options.solver, ...how, standardise: options.standardise, layer, encoder, train, test };
    },
    async run(context: EvalContext) {
      test = await splitFor(context, 'linear', { option: 'test', split: options.test, labels: true });
      const trainFeatures = await readSplit(context, 'linear', train, options);
      const known = labelledRows(trainFeatures, 'linear', train);
      requireClasses(known.labels, 'linear', train);
      const asked = labelledRows(await readSplit(context, 'linear', test, options), 'linear', test);
      const classes = classCount(trainFeatures.classes, known.labels, asked.labels);
      const { rng, signal } = context;
      const result = await linearProbe(known, asked, { ...options, classes, rng, signal });
      chosen = result.chosen;
      return accuracies(result.logits, classes, asked.labels, rng);
    },
  };
}

/** What decides the result, for the solver in use; the rate or penalty that was chosen, once it was. */
function howOf(options: LinearConfig, chosen: number | undefined): Record<string, unknown> {
  const { solver, rates, penalties, validation, epochs, batchSize, momentum, weightDecay, iterations } = options;
  if (solver === 'sgd') {
    const { schedule: falls } = options;
    const used = chosen === undefined ? {} : { rate: chosen };
    return { ...used, rates, validation, epochs, batchSize, schedule: falls, momentum, weightDecay };
  }
  const used = chosen === undefined ? {} : { penalty: chosen };
  return { ...used, penalties, validation, ...(solver === 'lbfgs' ? { iterations } : {}) };
}

const costOf = ({ solver }: LinearConfig): string =>
  ({
    sgd: 'one pass over both splits; epochs R D C for each rate',
    lbfgs: 'one pass over both splits; iterations R D C for each penalty',
    ridge: 'one pass over both splits; R D^2 once, D^3 / 3 for each penalty',
  })[solver];
