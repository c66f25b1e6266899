import type { Optimizer } from '@mochi/contract';
import { zeroSlots } from '../shared/update-each.js';
import { adamwUpdate } from './adamw-update.js';
import { adamwConfig, type AdamwOptions } from './config.js';

/** Adam with decoupled weight decay: see {@link adamwUpdate}. @throws ZodError where an option is wrong or misspelt. */
export function adamw(options: AdamwOptions = {}): Optimizer {
  const config = adamwConfig.parse(options);
  return {
    name: 'adamw',
    rate: config.rate,
    init: (params) => zeroSlots(['mean', 'square'], params),
    update: (params, gradients, slots, rate, step) => adamwUpdate(params, gradients, slots, rate, step, config),
  };
}
