import {
  DEFAULT_BANK,
  LABELS_WANTED,
  type MemoryBank,
  type Method,
  type PositiveSource,
  type SplitSource,
} from '@mochi/contract';
import { nameClash, type RunHost } from '@mochi/core';
import {
  bankNameTwice,
  bankSmallerThanBatch,
  bankUnused,
  methodWithoutKeys,
  positivesBankUnknown,
  samplerLabels,
} from '../errors.js';
import { checkedBank } from '../returned/bank.js';
import { bankOf, checkChain } from '../step/check-chain.js';
import type { SizedBank, StepParts } from '../step/parts.js';

/** Where the positives and negatives of a run come from. */
export interface NegativeParts extends Pick<StepParts, 'banks' | 'samplers' | 'positives'> {
  /** Whether batches carry labels: something asked for them. */
  readonly labels: boolean;
}

/**
 * Banks, samplers and source of positives, checked against each other, the method and the data.
 *
 * @param options.batchSize Of training; null where the run is only read. @param options.warn Gets the sampler's name and what its check remarks.
 */
export function assembleNegatives(
  host: RunHost,
  method: Method,
  source: SplitSource,
  { batchSize, warn }: { readonly batchSize: number | null; readonly warn: (source: string, message: string) => void },
): NegativeParts {
  const samplers = host.provided('sampler').map(({ plugin, service }) => ({ id: plugin, part: service }));
  const [positives] = host.provided('positives').map(({ plugin, service }) => ({ id: plugin, part: service }));
  const banks = banksOf(host, method, positives !== undefined, source.length);
  const toFill = banks.find(({ bank }) => bank.fill === 'keys');
  if (toFill && !method.keys) throw methodWithoutKeys(method.name, toFill.bank.name);
  if (positives) requireBank(positives.part, banks);
  const chain = samplers.map(({ part }) => part);
  checkChain(chain, labelledBanks(banks, method));
  if (batchSize !== null)
    for (const sampler of chain) {
      const bank = banks.find((one) => one.bank.name === bankOf(sampler));
      const remark = bank && sampler.check?.(bank.capacity);
      if (typeof remark === 'string') warn(sampler.name, remark);
    }
  const asking = chain.find(({ usesLabels }) => usesLabels);
  if (batchSize !== null) {
    const keys = batchSize * (method.keysPerImage ?? 1);
    const small = banks.find(({ bank, capacity }) => bank.capacity !== 'samples' && capacity < keys);
    if (small) throw bankSmallerThanBatch(small.capacity, keys);
    if (asking && !source.labels) throw samplerLabels(asking.name);
  }
  const labels = asking !== undefined || banks.some(({ bank }) => bank.keepLabels) || host.services.has(LABELS_WANTED);
  return { banks, samplers, ...(positives ? { positives } : {}), labels };
}

/** The memory banks of the run. A method that takes its negatives from the batch has none, but for the one that positives are looked for in. */
function banksOf(host: RunHost, method: Method, forPositives: boolean, samples: number): SizedBank[] {
  const named = new Map(host.entries.map(({ id, name }) => [id, name]));
  const banks = host.provided('bank').map(({ plugin, service }) => checkedBank(service, named.get(plugin) ?? plugin));
  if (method.negatives === 'memory' && banks.length === 0) host.one('bank'); // says what is missing
  if (method.negatives === 'batch' && banks.length > 0 && !forPositives) throw bankUnused(method.name);
  const clash = nameClash(host.provided('bank'));
  if (clash) throw bankNameTwice(clash);
  return banks.map((bank) => ({ bank, capacity: capacityOf(bank, samples) }));
}

function requireBank({ name, bank = DEFAULT_BANK }: PositiveSource, banks: readonly SizedBank[]): void {
  const names = banks.map((one) => one.bank.name);
  if (!names.includes(bank)) throw positivesBankUnknown(name, bank, names);
}

const capacityOf = ({ capacity }: MemoryBank, samples: number): number => (capacity === 'samples' ? samples : capacity);

/** Whether each bank that samplers may draw from has labels. The batch as a bank has those of the batch. */
const labelledBanks = (banks: readonly SizedBank[], method: Method): ReadonlyMap<string, boolean> =>
  new Map([
    ...banks.map(({ bank }) => [bank.name, bank.keepLabels] as const),
    ...(method.negatives === 'batch' ? [[DEFAULT_BANK, true] as const] : []),
  ]);
