import type { SampleContext } from '@mochi/contract';
import { currentOf, mostOf, type Rampable } from '@mochi/optim';
import * as tf from '@tensorflow/tfjs-core';

/** What ramps read: the scalars of the step, which own loops without ramps leave out. */
export type RampContext = Partial<Pick<SampleContext, 'scalars'>>;

/** A count that may be a ramp: what is allocated, and how much of it counts at this step. */
export interface Count {
  readonly most: number;
  /** Whole, float32. Absent: a constant, all of it. */
  readonly active?: tf.Scalar;
}

/** The counts of a config at the step of the context. Call it inside a tidy. */
export function countsOf<N extends string>(
  options: Readonly<Record<N, Rampable>>,
  { scalars = {} }: RampContext,
): Record<N, Count> {
  const current = currentOf(options, scalars);
  const counts = Object.entries<Rampable>(options).map(([name, option]): [string, Count] => {
    const now = current[name as N];
    return [name, { most: mostOf(option), ...(typeof now === 'number' ? {} : { active: tf.floor<tf.Scalar>(now) }) }];
  });
  return Object.fromEntries(counts) as Record<N, Count>;
}
