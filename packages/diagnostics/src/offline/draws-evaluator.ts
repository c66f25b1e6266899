import { DEFAULT_BANK, MochiError, type EvalContext, type Evaluator, type MetricSpec } from '@mochi/contract';
import { bootstrapMean, scheduleOf } from '@mochi/core';
import { poolOf } from '../negative-metrics/hardest.js';
import { negativeMetrics } from '../negative-metrics/negative-metrics.js';
import type { DrawsConfig } from './config.js';

/** What an evaluator of draws measures, by the names that `negativeMetrics` has. */
export interface DrawsSpec {
  readonly name: string;
  readonly metrics: readonly MetricSpec[];
  /** Without them there is nothing to say, e.g. FN@N without labels. */
  readonly required: readonly string[];
}

/**
 * Metrics of the negatives on a checkpoint: what training steps would draw now, measured by the functions that measure within the step. Intervals
 * are over batches.
 *
 * @throws MOCHI_DRAWS_NEEDED
 */
export function drawsEvaluator({ name, metrics, required }: DrawsSpec, options: DrawsConfig): Evaluator {
  const { batches, n } = options;
  const countsHardest = required.includes('falseNegativesAtN');
  let measured: { batches: number; n?: number } | undefined;
  return {
    ...scheduleOf(options, name),
    metrics,
    cost: 'batches forward passes of both encoders in training mode; B K D for each',
    get settings() {
      const encoders = { layer: 'head', encoder: 'query against key' };
      return { batches, ...(countsHardest ? { n } : {}), ...measured, ...encoders };
    },
    async run({ model, rng, signal }: EvalContext) {
      if (!model) throw drawsNeeded(name, 'it was given features alone');
      const wanted = new Set(metrics.map((metric) => metric.name));
      const values: Record<string, number[]> = {};
      let pool: { n?: number } = {};
      const each = model.measureDraws(batches, (drawn, step) => {
        const bank = drawn.banks[DEFAULT_BANK];
        if (bank && countsHardest) pool = { n: poolOf(bank.similarities.shape[1], n) };
        return Object.fromEntries(
          Object.entries(negativeMetrics({ drawn, step }, n === undefined ? {} : { n }))
            .filter(([metric]) => wanted.has(metric))
            .map(([metric, measure]) => [metric, measure()]),
        );
      });
      let count = 0;
      for await (const batch of each) {
        signal.throwIfAborted();
        count++;
        for (const [metric, [value]] of Object.entries(batch)) if (!Number.isNaN(value!)) (values[metric] ??= []).push(value!);
      }
      const missing = required.find((metric) => !values[metric]);
      if (missing !== undefined) throw drawsNeeded(name, count === 0 ? 'there was no whole batch' : `nothing gave ${missing}`);
      measured = { batches: count, ...pool };
      const results = Object.entries(values).map(
        async ([metric, some]) => [metric, await bootstrapMean(some, rng.fork(metric))] as const,
      );
      return Object.fromEntries(await Promise.all(results));
    },
  };
}

const drawsNeeded = (evaluator: string, reason: string) =>
  new MochiError('MOCHI_DRAWS_NEEDED', {
    happened: `The evaluator ${evaluator} had no negatives to look at: ${reason}.`,
    expected: 'a run with negatives, a whole batch of training images, and labels in the data for false negatives',
    fix: 'Evaluate a run on its own training data; for false-negatives, data with classes.',
  });
