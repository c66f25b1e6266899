import type { InputMixing, MethodMixing, Rng } from '@mochi/contract';
import { scope } from '@mochi/tensorflow';
import type { Feeds } from './parts.js';

/** A mixing as a method sees it: each call has a random stream of its own. */
export function bindMixing(mixing: InputMixing, { step, epoch }: Pick<Feeds, 'step' | 'epoch'>, rng: Rng): MethodMixing {
  let calls = 0;
  return {
    keepsOriginal: mixing.keepsOriginal ?? false,
    batchNegatives: mixing.batchNegatives ?? false,
    mix: (images, ids) => scope('mixing', () => mixing.mix(images, { ids, step, epoch, rng: rng.fork(`mixing/${calls++}`) })),
  };
}
