import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

const { layer: _, ...common } = commonFields; // the classifier reads the backbone

const fields = {
  train: z.string().min(1).default('train').describe('split whose labelled images are trained on'),
  test: measuredSplit('split that is classified'),
  view: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('view of the augmentation that is trained on; null: the first of the method'),
  epochs: z.int().positive().default(30).describe('passes over the images that are trained on'),
  batchSize: z.int().min(2).default(64).describe('images in a step'),
  rate: z.number().nonnegative().default(0.01).describe('learning rate of the encoder, by cosine to 0'),
  headRate: z.number().positive().default(0.1).describe('learning rate of the classifier, by cosine to 0'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of SGD'),
  weightDecay: z.number().nonnegative().default(0).describe('times the weight, added to its gradient'),
  ...common,
};

export const fineTuneConfig = z.strictObject(fields);
export type FineTuneConfig = z.infer<typeof fineTuneConfig>;

export const semiSupervisedConfig = z.strictObject({
  shares: z
    .array(z.number().gt(0).max(1))
    .min(1)
    .default([0.01, 0.1])
    .describe('shares of the labelled training images, the same of every class and at least one of each'),
  idsFolder: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'folder of the lists ids-SHARE.txt, one sample number a line: read where they are there, else written; null: drawn by idsSeed',
    ),
  idsSeed: z.int().nonnegative().default(0).describe("picks the samples; not the run's seed, so that runs are comparable"),
  ...fields,
});
export type SemiSupervisedConfig = z.infer<typeof semiSupervisedConfig>;
