import { bankBlock, DEFAULT_BANK, type Block, type Denominator, type NegativeSampler, type SampleContext } from '@mochi/contract';
import { contrastiveLoss } from '@mochi/losses';
import { stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The loss of a chain of samplers by what the contract says of it: filters, a source or the whole bank, those that refine; the mask of all over
 * every bank block.
 */
export function lossOfChain(chain: readonly NegativeSampler[], context: SampleContext): tf.Scalar {
  let { mask } = context;
  let blocks: readonly Block[] | undefined;
  let denominator: Denominator | undefined;
  const constant = { ...context, queries: stopGradient(context.queries), similarities: stopGradient(context.similarities) };
  for (const sampler of chain) {
    if (sampler.role === 'refine') blocks ??= [bankBlock()];
    const seen = { ...(sampler.differentiable ? context : constant), mask, previous: blocks ?? [] };
    const sampled = sampler.sample(seen, {});
    if (sampled.mask) mask = mask ? tf.add(mask, sampled.mask) : sampled.mask;
    if (sampler.role !== 'filter') blocks = sampled.blocks;
    denominator = sampled.denominator ?? denominator;
  }
  const masked = (blocks ?? [bankBlock()]).map((block): Block => {
    if (block.kind !== 'bank' || !mask) return block;
    return { ...block, logWeights: block.logWeights ? tf.add(block.logWeights, mask) : mask };
  });
  return contrastiveLoss({
    ...{ queries: context.queries, positives: context.positives, temperature: context.temperature },
    ...{ banks: { [DEFAULT_BANK]: context.bank.rows }, similarities: { [DEFAULT_BANK]: constant.similarities } },
    negatives: { blocks: masked, denominator },
  }).loss;
}
