import { initialState } from '@mochi/trainer';
import type { TrainOptions } from '../options.js';
import { openParts } from './open-parts.js';
import type { Task } from './task.js';

/** Features of a whole folder by a frozen encoder. */
export async function embedTask(options: TrainOptions): Promise<Task> {
  const { step, states, evaluation, train } = await openParts(options);
  const state = initialState(step, states);
  const weights = step.method.part.encoders(state.params, state.method)['query']!;
  const { signal } = new AbortController();
  return {
    turn: async (count) => {
      let images = 0;
      for (let at = 0; at < count; at++) images += (await evaluation.reader.read(train.split, weights, 'backbone', signal)).rows;
      return images;
    },
  };
}
