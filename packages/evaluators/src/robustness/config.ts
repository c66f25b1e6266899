import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';
import { CORRUPTIONS, type CorruptionName } from './corruptions.js';

const names = Object.keys(CORRUPTIONS) as [CorruptionName, ...CorruptionName[]];

export const robustnessConfig = z.strictObject({
  k: z.int().positive().default(200).describe('neighbours that vote; more than there are training rows is clamped'),
  temperature: z.number().positive().default(0.07).describe('T of the weights exp(cosine / T), no unit'),
  train: z.string().min(1).default('train').describe('split whose labelled rows vote, as they are'),
  test: measuredSplit('split that is corrupted and classified'),
  corruptions: z.array(z.enum(names)).min(1).default(names).describe('corruptions, each measured by itself'),
  severities: z
    .array(z.int().min(1).max(5))
    .min(1)
    .default([1, 3, 5])
    .describe('1 weak to 5 strong; a corruption counts as the mean over them'),
  maxRows: z
    .int()
    .positive()
    .default(2000)
    .describe('images of the test split at most, drawn by the seed: each corruption and severity is a pass over them'),
  ...commonFields,
});
export type RobustnessConfig = z.infer<typeof robustnessConfig>;
