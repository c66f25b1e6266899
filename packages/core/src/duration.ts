import { z } from 'zod';

/** A length of training. */
export type Duration = { readonly epochs: number } | { readonly steps: number };

const WORDS = /^\s*(\d+(?:\.\d+)?)\s*(ep|epochs?|st|steps?)\s*$/;
const EXPECTED = 'a duration: 10ep or "10 epochs", 500st or "500 steps", or a number of epochs';

/** `10ep`, `0.5 epochs`, `500st`, `500 steps`, or a number of epochs. Undefined for anything else, half steps included. */
export function parseDuration(text: string | number): Duration | undefined {
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? { epochs: text } : undefined;
  const [, number, unit] = WORDS.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  if (unit.startsWith('e')) return { epochs: Number(number) };
  return Number.isInteger(Number(number)) ? { steps: Number(number) } : undefined;
}

const schemaOf = (error: string) =>
  z
    .union(
      // The text stands in every branch: a union passes on what its one near miss says.
      [
        z.string().regex(WORDS, { error }),
        z.number({ error }).nonnegative({ error }),
        z.strictObject({ epochs: z.number().nonnegative() }),
        z.strictObject({ steps: z.int().nonnegative() }),
      ],
      { error },
    )
    .transform((given, context): Duration => {
      const parsed = typeof given === 'object' ? given : parseDuration(given);
      if (parsed) return parsed;
      context.issues.push({ code: 'custom', message: error, input: given });
      return z.NEVER;
    });

/**
 * Schema of a duration >= 0: `10ep`, `500st` (steps), a number of epochs, or what it gives, `{ epochs }` or `{ steps }`.
 * A default is written as `duration.prefault('10ep')`.
 */
export const duration = schemaOf(EXPECTED);

/** A duration > 0, e.g. the time between two checkpoints. */
export const interval = duration.refine((given) => Object.values(given)[0]! > 0, { error: 'a duration greater than 0' });

const WHOLE_EPOCHS = 'whole epochs, 1 or more: 10ep, "10 epochs", or a number of epochs';

/** Whole epochs > 0 between two measurements, as a number of them: evaluators run at the end of an epoch. */
export const wholeEpochs = schemaOf(WHOLE_EPOCHS)
  .refine((given) => 'epochs' in given && Number.isInteger(given.epochs) && given.epochs > 0, { error: WHOLE_EPOCHS })
  .transform((given) => ('epochs' in given ? given.epochs : NaN));

/** Optimizer steps in a duration, rounded to the nearest. @param stepsPerEpoch optimizer steps, > 0. */
export const inSteps = (given: Duration, stepsPerEpoch: number): number =>
  'steps' in given ? given.steps : Math.round(given.epochs * stepsPerEpoch);

/** Epochs in a duration, with their fraction. @param stepsPerEpoch optimizer steps, > 0. */
export const inEpochs = (given: Duration, stepsPerEpoch: number): number =>
  'epochs' in given ? given.epochs : given.steps / stepsPerEpoch;
