import type { Optimizer } from '@mochi/contract';
import { zeroSlots } from '../shared/update-each.js';
import { larsConfig, type LarsOptions } from './config.js';
import { larsUpdate } from './lars-update.js';

/** Layer-wise adaptive rate scaling, for large batches: see {@link larsUpdate}. @throws ZodError where an option is wrong or misspelt. */
export function lars(options: LarsOptions = {}): Optimizer {
  const config = larsConfig.parse(options);
  return {
    name: 'lars',
    rate: config.rate,
    init: (params) => zeroSlots(['momentum'], params),
    update: (params, gradients, slots, rate) => larsUpdate(params, gradients, slots, rate, config),
  };
}
