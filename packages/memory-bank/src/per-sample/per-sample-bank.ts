import type { MemoryBank } from '@mochi/contract';
import { flagsOf } from '../bank-options.js';
import { candidateMask } from '../candidate-mask.js';
import { initBank } from '../init-bank.js';
import type { PerSampleConfig } from './config.js';
import { updateRows } from './update-rows.js';

/** A row for each sample of the training split: the memory of InstDisc (Wu et al. 2018, arXiv:1805.01978, section 3.2). Holds options only; state is a value. */
export const perSampleBank = (options: PerSampleConfig): MemoryBank => {
  const { fill, maskSelf, labels, momentum } = options;
  return {
    ...flagsOf(options),
    capacity: 'samples',
    init: ({ dim, capacity }, rng) => initBank({ capacity, dim, labels }, rng),
    mask: (state, ids) => candidateMask({ bank: state, ids, fill, maskSelf }),
    enqueue: (state, keys, ids, step, given) => updateRows(state, keys, ids, step, momentum, labels ? given : undefined),
  };
};
