import type { BankState, MemoryBank } from '@mochi/contract';
import type { Tensor } from '@tensorflow/tfjs-core';
import { isPlain, nameOf, notTensor, specText, stateChange, type TensorSpec } from './describe.js';
import { bankReturned } from './errors.js';

/**
 * A bank whose results are looked at: names, shapes and dtypes of its state, and the shape of its mask. They are known while tracing, so this
 * costs a step nothing, and a fault is the bank's and not of whoever reads it.
 *
 * @param plugin What errors call it. Each function throws MOCHI_BANK_OUTPUT.
 */
export function checkedBank(bank: MemoryBank, plugin: string): MemoryBank {
  const { name, capacity, maskSelf, fill, warmStart, keepLabels } = bank;
  const fault = (call: string, got: string, want: string) => bankReturned({ of: plugin, call, got, want });
  return {
    ...{ name, capacity, maskSelf, fill, keepLabels, ...(warmStart ? { warmStart } : {}) },
    init(size, rng) {
      const state: unknown = bank.init(size, rng);
      const specs = Object.entries(statedBy(bank, size));
      if (!isPlain(state)) throw fault('init', nameOf(state), `an object with ${specs.map(([field]) => field).join(', ')}`);
      for (const [field, spec] of specs) {
        const got = notTensor(state[field], spec);
        if (got !== undefined) throw fault('init', `${got} as ${field}`, `${field} ${specText(spec)}`);
      }
      return state as unknown as BankState;
    },
    mask(state, ids) {
      const mask = bank.mask(state, ids) as Tensor | undefined | null;
      if (mask === undefined || mask === null) return undefined;
      const want = { shape: [ids.shape[0], state.rows.shape[0]], dtype: 'float32' } as const;
      const got = notTensor(mask, want);
      if (got !== undefined) throw fault('mask', got, `undefined, or [B, K] = ${specText(want)}: a row for each query, a column for each row of the bank`); // prettier-ignore
      return mask as ReturnType<MemoryBank['mask']>;
    },
    enqueue(state, ...given) {
      const next = bank.enqueue(state, ...given);
      const change = stateChange(state, next);
      if (change) throw fault('enqueue', change.got, change.want);
      return next;
    },
  };
}

function statedBy({ keepLabels }: MemoryBank, { dim, capacity }: { dim: number; capacity: number }): Record<string, TensorSpec> {
  const [each, one] = [
    { shape: [capacity], dtype: 'int32' },
    { shape: [], dtype: 'int32' },
  ] as const;
  return {
    ...{ rows: { shape: [capacity, dim], dtype: 'float32' }, ids: each, writtenAt: each, cursor: one, filled: one },
    ...(keepLabels ? { labels: each } : {}),
  };
}
