import { rampable } from '@mochi/optim';
import { z } from 'zod';

const share = z.number().min(0).max(1);

export const mocoV2Config = z.strictObject({
  temperature: z.number().positive().default(0.2).describe('t: divides every cosine before the softmax; no unit'),
  keyMomentum: z
    .union([
      rampable(share),
      z.strictObject({
        shape: z.literal('cosine').describe('along half a cosine, over the whole run'),
        from: share.describe('value at the start'),
        to: share.default(1).describe('value at the end'),
      }),
    ])
    .default(0.999)
    .describe(
      'share of the key encoder that stays at each step; the rest comes from the query encoder. A number, a ramp, or a cosine',
    ),
  symmetric: z
    .boolean()
    .default(false)
    .describe('each view is query and key in turn: the mean of both losses, and two keys of each image enter the bank'),
  extraViews: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'views besides whose images are queries too, with the keys of `key` for positives: [small-0, small-1] of multi-crop; the loss is the mean over the views',
    ),
  batchNorm: z
    .strictObject({
      split: z
        .int()
        .min(1)
        .default(1)
        .describe(
          'groups of the batch that are normalised apart, as on so many devices; 1: the whole batch at once, which leaks',
        ),
    })
    .prefault({})
    .describe('how the training batch is normalised'),
});
export type MocoV2Config = z.infer<typeof mocoV2Config>;
export type MocoV2Options = z.input<typeof mocoV2Config>;
