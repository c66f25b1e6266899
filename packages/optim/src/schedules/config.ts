import { duration } from '@mochi/core';
import { z } from 'zod';

const warmupFields = {
  warmup: duration.prefault('0ep').describe('time of the linear rise before the schedule proper begins, e.g. 10ep or 500st'),
  warmupFrom: z.number().min(0).max(1).default(0).describe('factor at the first step of the warm-up'),
  by: z.enum(['step', 'epoch']).default('step').describe('change the rate at every step, or once an epoch'),
};

export const constantConfig = z.strictObject(warmupFields);

export const cosineConfig = z.strictObject({
  ...warmupFields,
  min: z.number().min(0).max(1).default(0).describe('factor at the end of the run'),
});

export const stepConfig = z
  .strictObject({
    ...warmupFields,
    milestones: z
      .array(z.number().positive())
      .min(1)
      .describe('epochs after which the rate falls, counted from the start of the run, rising'),
    gamma: z.number().positive().max(1).default(0.1).describe('factor of the rate at each milestone'),
  })
  .refine(({ milestones }) => milestones.every((epoch, at) => at === 0 || epoch > milestones[at - 1]!), {
    error: 'milestones must rise, and none may stand twice',
    path: ['milestones'],
  });

export type ConstantConfig = z.infer<typeof constantConfig>;
export type ConstantOptions = z.input<typeof constantConfig>;
export type CosineConfig = z.infer<typeof cosineConfig>;
export type CosineOptions = z.input<typeof cosineConfig>;
export type StepConfig = z.infer<typeof stepConfig>;
export type StepOptions = z.input<typeof stepConfig>;
