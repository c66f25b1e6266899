import type { MemoryBank } from '@mochi/contract';
import { flagsOf } from '../bank-options.js';
import { candidateMask } from '../candidate-mask.js';
import { enqueue } from '../enqueue.js';
import { initBank } from '../init-bank.js';
import type { FifoConfig } from './config.js';

/** A ring of the latest `capacity` keys: the queue of MoCo (He et al. 2020, arXiv:1911.05722, section 3.2). Holds options only; state is a value. */
export const fifoBank = (options: FifoConfig): MemoryBank => {
  const { capacity, fill, maskSelf, labels } = options;
  return {
    ...flagsOf(options),
    capacity,
    init: ({ dim }, rng) => initBank({ capacity, dim, labels }, rng),
    mask: (state, ids) => candidateMask({ bank: state, ids, fill, maskSelf }),
    // A batch may carry labels that this bank was not asked to keep.
    enqueue: (state, keys, ids, step, given) => enqueue(state, keys, ids, step, labels ? given : undefined),
  };
};
