import { z } from 'zod';
import { wholeEpochs } from './duration.js';

/**
 * Options that every evaluator should have, to spread into the schema of one: when it measures, and what its results are called, so that it may
 * be used twice. `scheduleOf` makes fields of the evaluator of them.
 */
export const evaluatorOptions = {
  every: wholeEpochs
    .nullable()
    .default(null)
    .describe('epochs between two measurements during training, e.g. 10ep; null: only at the end'),
  atStart: z.boolean().default(false).describe('measure the untrained encoder too: what training has to beat'),
  as: z.string().min(1).optional().describe('name of the results, where an evaluator is used twice'),
};

/** Options of an evaluator that looks at features: which ones. */
export const featureOptions = {
  layer: z
    .enum(['backbone', 'head'])
    .default('backbone')
    .describe('features that are compared: of the backbone, or of the projection head'),
  encoder: z.string().min(1).default('query').describe('encoder of the method: query, or key (its moving average)'),
};

/** What {@link evaluatorOptions} parse to. */
export interface EvaluatorOptions {
  /** Epochs, or null. */
  readonly every: number | null;
  readonly atStart: boolean;
  readonly as?: string | undefined;
}

/** The fields of an Evaluator that the common options decide. @param name What it is called without `as`. */
export const scheduleOf = ({ as, every, atStart }: EvaluatorOptions, name: string) => ({
  name: as ?? name,
  everyEpochs: every,
  atStart,
});
