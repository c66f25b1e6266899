import type { SplitUse } from '@mochi/contract';
import { evaluatorOptions, featureOptions, scheduleOf, type EvaluatorOptions } from '@mochi/core';
import { z } from 'zod';

/** The option of a split that is measured. @param what It is, for the reader. */
export const measuredSplit = (what: string) =>
  z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(`${what}; null: the first with labels that is not trained on (test, val, validation, else any other)`);

/** Fields that every evaluator of this package has. */
export const commonFields = { ...featureOptions, ...evaluatorOptions };

/** The splits of an evaluator that learns from one and measures another, both labelled. @param wanted Rows of the first. */
export const labelledPair = ({ train, test }: { train: string; test: string | null }, wanted?: number): SplitUse[] => [
  { option: 'train', split: train, labels: true, ...(wanted === undefined ? {} : { wanted }) },
  { option: 'test', split: test, labels: true },
];

/** What the options say of when an evaluator runs and what it is called. @param cost See `Evaluator.cost`. */
export const schedule = (options: EvaluatorOptions, name: string, cost: string) => ({ ...scheduleOf(options, name), cost });

/** Tells the user something that stops nothing. */
export type Warn = (message: string) => void;
