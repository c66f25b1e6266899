import { DEFAULT_BANK, type NegativeSampler } from '@mochi/contract';
import { samplerLabels, samplerBankUnknown, samplerOrder } from '../errors.js';

/** Name of the bank that a sampler draws from. */
export const bankOf = ({ bank = DEFAULT_BANK }: NegativeSampler): string => bank;

/**
 * Checks that the samplers of each bank make a chain that does what it says.
 *
 * @param labelled Whether a bank of this name keeps labels; undefined where there is no such bank.
 * @throws MOCHI_SAMPLER_ORDER with the reason, MOCHI_SAMPLER_BANK, MOCHI_SAMPLER_LABELS
 */
export function checkChain(samplers: readonly NegativeSampler[], labelled: ReadonlyMap<string, boolean>): void {
  const before = new Map<string, NegativeSampler[]>();
  for (const sampler of samplers) {
    const bank = bankOf(sampler);
    if (!labelled.has(bank)) throw samplerBankUnknown(sampler.name, bank, [...labelled.keys()]);
    if (sampler.usesLabels && !labelled.get(bank)) throw samplerLabels(sampler.name);
    const earlier = before.get(bank) ?? [];
    const reason = objection(sampler, earlier);
    if (reason) throw samplerOrder(samplers.map(({ name }) => name), reason); // prettier-ignore
    before.set(bank, [...earlier, sampler]);
  }
}

const roleOf = ({ role = 'source' }: NegativeSampler) => role;

function objection(sampler: NegativeSampler, earlier: readonly NegativeSampler[]): string | undefined {
  const { name } = sampler;
  const source = earlier.find((one) => roleOf(one) === 'source');
  const refining = earlier.find((one) => roleOf(one) === 'refine');
  if (roleOf(sampler) === 'source' && source)
    return `${name} would throw away what ${source.name} made: both are sources, and a chain has one`;
  if (roleOf(sampler) === 'source' && refining)
    return `${name} would throw away what ${refining.name} refined: a source stands before those that refine`;
  if (roleOf(sampler) === 'filter' && (source ?? refining))
    return `${name} leaves rows out, but ${(source ?? refining)!.name} before it has drawn by then: a filter stands first`;
  return undefined;
}
