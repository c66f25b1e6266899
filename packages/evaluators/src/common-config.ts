import { evaluatorOptions, featureOptions, scheduleOf, type EvaluatorOptions } from '@mochi/core';

/** Fields that every evaluator of this package has. */
export const commonFields = { ...featureOptions, ...evaluatorOptions };

/** What the options say of when an evaluator runs and what it is called. @param cost See `Evaluator.cost`. */
export const schedule = (options: EvaluatorOptions, name: string, cost: string) => ({ ...scheduleOf(options, name), cost });

/** Tells the user something that stops nothing. */
export type Warn = (message: string) => void;
