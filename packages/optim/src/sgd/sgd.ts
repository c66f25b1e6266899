import type { Optimizer } from '@mochi/contract';
import { zeroSlots } from '../shared/update-each.js';
import { sgdConfig, type SgdOptions } from './config.js';
import { sgdUpdate } from './sgd-update.js';

/** Stochastic gradient descent: see {@link sgdUpdate}. @throws ZodError where an option is wrong or misspelt. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const config = sgdConfig.parse(options);
  return {
    name: 'sgd',
    rate: config.rate,
    init: (params) => zeroSlots(config.momentum > 0 ? ['momentum'] : [], params),
    update: (params, gradients, slots, rate) => sgdUpdate(params, gradients, slots, rate, config),
  };
}
