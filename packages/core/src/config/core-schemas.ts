import { z } from 'zod';

/** Sections that core owns. `runtime` is for the caller to hand to the engine. */
export const coreSchemas = {
  seed: z.int().min(0).max(2147483647).default(1).describe('of every random number of the run; the same seed gives the same run'),
  name: z
    .string()
    .regex(/^[\w][\w.-]*$/, { error: 'letters, digits and _ - ., beginning with a letter, digit or _' })
    .default('run')
    .describe('of the run, in folders and reports'),
  runtime: z
    .strictObject({
      compile: z.boolean().default(true).describe('trace the training step into one function'),
      eager: z.boolean().default(false).describe('run the step untraced, for debugging: slower, and errors point at the line'),
      precision: z
        .enum(['float32', 'bfloat16', 'float16', 'auto'])
        .default('float32')
        .describe(
          'of the encoders in training; losses, banks, statistics, optimizers and evaluation stay float32; auto: the fastest here that keeps the curve of the loss',
        ),
      device: z
        .union([z.enum(['auto', 'cpu', 'gpu']), z.templateLiteral(['gpu:', z.int().nonnegative()])], {
          error: '"auto", "cpu", "gpu" or "gpu:N" with the number of a card',
        })
        .default('auto')
        .describe(
          'where the mathematics runs; auto: what MOCHI_DEVICE says, else the first GPU that TensorFlow sees, else the processor',
        ),
      threads: z
        .union(
          [z.literal('auto'), z.int().positive(), z.strictObject({ within: z.int().positive(), between: z.int().positive() })],
          {
            error: '"auto", a whole number greater than 0, or { within, between } of such numbers',
          },
        )
        .default('auto')
        .describe('of the engine: threads within an op and ops at a time; one number for both; auto: one for each core'),
      pluginSeconds: z
        .number()
        .positive()
        .max(2_000_000)
        .nullable()
        .default(1800)
        .describe(
          'longest time that a plugin may take in setup, in a run hook, to start and close a tracker, to free what it holds, and, in an evaluator, to heed that the run was stopped; null: no limit',
        ),
      slowSeconds: z
        .number()
        .positive()
        .max(2_000_000)
        .nullable()
        .default(600)
        .describe(
          'a data set that is opened and an evaluator may take as long as they like; after this time a warning names the one that has not ended, and again each time that has doubled; null: never',
        ),
    })
    .prefault({})
    .describe('how the run is executed'),
};

export type RuntimeConfig = z.output<typeof coreSchemas.runtime>;
