import type { BankBlock, Block, DrawNegatives, MemoryBank, NegativeSampler, Negatives, Rng, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { Placed } from './parts.js';

export interface ChainContext {
  readonly step: tf.Scalar;
  readonly epoch: tf.Scalar;
  readonly rng: Rng;
  /** The phase of each sampler, by plugin id. */
  readonly phases: Readonly<Record<string, string>>;
  readonly scalars: Readonly<Record<string, Record<string, tf.Scalar>>>;
  readonly states: Readonly<Record<string, Tensors>>;
}

/**
 * The samplers as one: each sees the blocks and the mask that those before it left. The candidate mask is applied to every bank block here,
 * so that a row that may not be drawn never counts, whatever a sampler does.
 *
 * @returns `draw` for the method and `next`, the samplers' states after it was called.
 */
export function chainSamplers(
  samplers: readonly Placed<NegativeSampler>[],
  bank: MemoryBank,
  context: ChainContext,
): { draw: DrawNegatives; next: Record<string, Tensors> } {
  const next: Record<string, Tensors> = {};
  const draw: DrawNegatives = (inputs) => {
    let mask = bank.mask(inputs.bank, inputs.ids);
    let drawn: Negatives = { blocks: [] };
    for (const { id, part } of samplers) {
      const state = context.states[id] ?? {};
      const { step, epoch } = context;
      const own = { step, epoch, phase: context.phases[id]!, rng: context.rng.fork(id), scalars: context.scalars[id] ?? {} };
      const sampled = part.sample({ ...inputs, ...own, mask, previous: drawn.blocks }, state);
      if (sampled.state) next[id] = sampled.state;
      if (sampled.mask) mask = mask ? (tf.add(mask, sampled.mask) as tf.Tensor2D) : sampled.mask;
      drawn = { blocks: sampled.blocks, denominator: sampled.denominator ?? drawn.denominator };
    }
    return mask ? { ...drawn, blocks: drawn.blocks.map((block) => masked(block, mask!)) } : drawn;
  };
  return { draw, next };
}

function masked(block: Block, mask: tf.Tensor2D): Block {
  if (block.kind !== 'bank') return block;
  const logWeights = block.logWeights ? (tf.add(block.logWeights, mask) as tf.Tensor2D) : mask;
  return { ...block, logWeights } satisfies BankBlock;
}
