import { interval } from '@mochi/core';
import { z } from 'zod';

const EPOCHS = 'a number of epochs without a unit, e.g. 10';
const STEPS = 'a whole number of steps without a unit, e.g. 1000';

export const trainConfig = z.strictObject({
  epochs: z
    .number({ error: EPOCHS })
    .positive()
    .optional()
    .describe('passes over the training split (default: 200, unless steps are given)'),
  steps: z.int({ error: STEPS }).positive().optional().describe('optimizer steps; with epochs too, whichever comes first'),
  batchSize: z.int().min(2).default(128).describe('images in a batch; the last incomplete batch of an epoch is dropped'),
  accumulate: z
    .int()
    .min(1)
    .default(1)
    .describe('equal parts that a batch goes through the networks in, to save memory; one step of the optimizer for all of them'),
  split: z.string().default('train').describe('split of the data set to train on'),
  logEvery: z
    .int()
    .positive()
    .default(10)
    .describe(
      'steps between two readings of loss and metrics; the first step, the last, the last of an epoch, and what a hook reads are logged too',
    ),
  parallel: z.int().positive().default(2).describe('images that are decoded at once'),
  shuffle: z
    .union([
      z.literal('images'),
      z.strictObject({
        blockMiB: z
          .number()
          .positive()
          .default(64)
          .describe('images that lie together are read as blocks of about this size, MiB'),
        atOnce: z.int().positive().default(16).describe('blocks whose images are shuffled together'),
      }),
    ])
    .default('images')
    .describe(
      'images: any image may come next; a block shuffle reads few places of the disk at a time, for shards on disks that are slow at reading far apart',
    ),
  maxSkipped: z.number().min(0).max(1).default(0.01).describe('share of broken images past which the run stops'),
  checkpoint: z
    .strictObject({
      every: interval.prefault('1ep').describe('time between two checkpoints, e.g. 1ep or 500st'),
      keep: z.int().positive().default(3).describe('latest checkpoints that are kept'),
      best: z.string().nullable().default(null).describe('metric whose best checkpoint is kept besides, e.g. knn/top1'),
    })
    .prefault({}),
  earlyStopping: z
    .strictObject({
      metric: z.string().min(1).describe('metric of an evaluator with `every`, e.g. knn/top1; its declared direction decides'),
      patience: z
        .int()
        .positive()
        .describe('measurements in a row that are no better than the best so far, after which the run ends'),
      minDelta: z.number().nonnegative().default(0).describe('least difference that counts as better, in the unit of the metric'),
    })
    .nullable()
    .default(null)
    .describe('end the run when a metric gets no better; null: never'),
});

export type TrainConfig = z.infer<typeof trainConfig>;

export const DEFAULT_EPOCHS = 200;
