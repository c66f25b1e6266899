import type { Host, Progress } from '@mochi/contract';
import { duration, inSteps } from '@mochi/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { z } from 'zod';

const rampOf = <S extends z.ZodType<number>>(value: S) =>
  z.strictObject({
    from: value.describe('value at the start'),
    to: value.describe('value at the end and from then on'),
    over: duration.describe('time from one to the other; 0 is at once'),
    after: duration.prefault('0ep').describe('time before it begins to move'),
  });

/** A number that moves in a straight line while a run goes on, to embed in the schema of a plugin. */
export const rampConfig = rampOf(z.number());
export type RampConfig = z.infer<typeof rampConfig>;
export type RampOptions = z.input<typeof rampConfig>;

/**
 * Schema of a numeric option that may be a ramp: a number, or `{ from, to, over, after }` with `over` and `after` in epochs or steps (`10ep`,
 * `500st`). Both ends keep the bounds of the number.
 *
 * Counts: a compiled step has fixed shapes, so a ramped count allocates `mostOf(option)` of whatever it counts, and the rest is masked (log-weight
 * -Infinity) by comparing positions with the scalar of the step. Nothing is traced again.
 */
export const rampable = <S extends z.ZodType<number>>(value: S) =>
  z.union([value, rampOf(value)], {
    // What is wrong with the number, where no ramp was meant: a faulty ramp has issues of its own.
    error: (issue) => {
      if (issue.code !== 'invalid_union' || typeof issue.input === 'object') return undefined;
      return `${issue.errors[0]?.[0]?.message ?? 'a number'}, or a ramp { from, to, over }`;
    },
  });
export type Rampable = number | RampConfig;

/** The value of such an option at a moment of the run, by step: a pure function of progress. */
export const valueOf = (option: Rampable): ((progress: Progress) => number) =>
  typeof option === 'number' ? () => option : ramp(option);

/** The greatest value that the option ever has: what is allocated. */
export const mostOf = (option: Rampable): number => (typeof option === 'number' ? option : Math.max(option.from, option.to));

/** The least value that the option ever has. */
export const leastOf = (option: Rampable): number => (typeof option === 'number' ? option : Math.min(option.from, option.to));

/** Feeds those of the options that are ramps into the compiled step, by name: call it in `setup`, and {@link currentOf} where the step is traced. */
export function feedRamps(host: Pick<Host, 'scalar'>, options: Readonly<Record<string, Rampable>>): void {
  for (const [name, option] of Object.entries(options)) if (typeof option !== 'number') host.scalar(name, valueOf(option));
}

/** The options as the traced step sees them: a number stays a number, a ramp is the scalar that {@link feedRamps} feeds under its name. */
export function currentOf<N extends string>(
  options: Readonly<Record<N, Rampable>>,
  scalars: Readonly<Record<string, Scalar>>,
): Record<N, number | Scalar> {
  const entries = Object.entries<Rampable>(options);
  return Object.fromEntries(
    entries.map(([name, option]) => [name, typeof option === 'number' ? option : scalars[name]!]),
  ) as Record<N, number | Scalar>;
}

/**
 * The value of a ramp at a moment of the run, by step: for `host.scalar(name, ramp({ from: 0, to: 1, over: '10ep' }))`.
 *
 * @param options `from` and `to` in the unit of the value, `over` and `after` durations (`10ep`, `500st`).
 * @returns A pure function of progress. @throws ZodError where an option is wrong or misspelt.
 */
export function ramp(options: RampOptions): (progress: Progress) => number {
  const { from, to, over, after } = rampConfig.parse(options);
  return ({ step, stepsPerEpoch }) => {
    const [length, since] = [inSteps(over, stepsPerEpoch), step - inSteps(after, stepsPerEpoch)];
    if (since < 0) return from;
    return since >= length ? to : from + (to - from) * (since / length);
  };
}
