import { wholeEpochs } from '@mochi/core';
import { z } from 'zod';

/** Fields that every evaluator has. */
export const commonFields = {
  layer: z
    .enum(['backbone', 'head'])
    .default('backbone')
    .describe('features that are compared: of the backbone, or of the projection head'),
  encoder: z.string().min(1).default('query').describe('encoder of the method: query, or key (its moving average)'),
  every: wholeEpochs
    .nullable()
    .default(null)
    .describe('epochs between two measurements during training, e.g. 10ep; null: only at the end'),
  atStart: z.boolean().default(false).describe('measure the untrained encoder too: what training has to beat'),
  as: z.string().min(1).optional().describe('name of the results, where an evaluator is used twice'),
};

export interface CommonOptions {
  readonly layer: 'backbone' | 'head';
  readonly encoder: string;
  readonly every: number | null;
  readonly atStart: boolean;
  readonly as?: string | undefined;
}

/** What the options say of when an evaluator runs and what it is called. @param cost See `Evaluator.cost`. */
export const schedule = ({ as, every, atStart }: CommonOptions, name: string, cost: string) => ({
  name: as ?? name,
  everyEpochs: every,
  atStart,
  cost,
});

/** Tells the user something that stops nothing. */
export type Warn = (message: string) => void;
