import {
  bankBlock,
  isMochiError,
  type BankState,
  type BankView,
  type Block,
  type Denominator,
  type Drawn,
  type DrawRequest,
  type NegativeSampler,
  type Rng,
  type SampleContext,
  type Sampled,
  type Tensors,
} from '@mochi/contract';
import { checkBlocks, type BlockSizes } from '@mochi/losses';
import * as tf from '@tensorflow/tfjs-core';
import { denominatorsDiffer, maskShape, samplerFailed } from '../errors.js';
import { requireSampled } from '../returned/sampled.js';
import { bankOf } from './check-chain.js';
import { firstFault, inRange, type Faults } from './faults.js';
import type { Placed } from './parts.js';

export interface ChainContext {
  readonly step: tf.Scalar;
  readonly epoch: tf.Scalar;
  readonly rng: Rng;
  /** The phase of each sampler, by plugin id. */
  readonly phases: Readonly<Record<string, string>>;
  readonly scalars: Readonly<Record<string, Record<string, tf.Scalar>>>;
  readonly states: Readonly<Record<string, Tensors>>;
  readonly faults: Faults;
}

/** What the samplers of one draw leave behind. */
export interface Chained {
  readonly negatives: Drawn['negatives'];
  /** States of the samplers after the draw; what is missing did not change. */
  readonly next: Record<string, Tensors>;
  /** Code of the first check of a sampler's output that failed, int32 scalar, or -1. */
  readonly fault: tf.Scalar;
}

/** What a sampler declared differentiable sees in place of constants. */
export type WithGradient = Pick<SampleContext, 'queries' | 'similarities'>;

/** What the samplers are asked for. Constants, but for what `withGradient` makes for the bank of a name. */
export interface ChainRequest extends Omit<DrawRequest, 'live'> {
  readonly positives: tf.Tensor2D;
  readonly withGradient: (bank: string) => WithGradient;
}

type Placing = Placed<NegativeSampler>;

/**
 * Runs the samplers of each bank as a chain: filters, then a source (or the whole bank), then those that refine. The candidate mask is applied
 * to every bank block here, so that a row that may not be drawn never counts, whatever a sampler does.
 *
 * @throws MOCHI_BLOCK_SHAPE, MOCHI_UNKNOWN_BANK, MOCHI_SAMPLER_OUTPUT and MOCHI_SAMPLER_FAILED, which name the sampler; MOCHI_DENOMINATORS_DIFFER
 */
export function chainSamplers(
  samplers: readonly Placing[],
  banks: Readonly<Record<string, BankView>>,
  request: ChainRequest,
  context: ChainContext,
): Chained {
  const next: Record<string, Tensors> = {};
  const denominators = new Map<string, Denominator>();
  let fault: tf.Scalar = tf.scalar(-1, 'int32');
  const sizes = sizesOf(request.queries, banks);
  const run = (placed: Placing, view: BankView, mask: tf.Tensor2D | undefined, previous: readonly Block[]): Sampled => {
    const { id, part } = placed;
    const sampled = sampleBy(placed, contextOf(placed, { ...view, mask }, previous, request, context), context.states[id] ?? {});
    if (sampled.mask) {
      checkMask(sampled.mask, view.similarities, part.name);
      fault = firstFault(fault, context.faults.checkMask(part.name, sampled.mask));
    }
    if (sampled.state) next[id] = sampled.state;
    if (sampled.denominator) denominators.set(part.name, sampled.denominator);
    if (part.role === 'filter') return sampled;
    checkBlocks(sampled.blocks, sizes, ` of the sampler ${part.name}`);
    fault = firstFault(fault, context.faults.check(part.name, sampled.blocks, sizes.capacities));
    return { ...sampled, blocks: sampled.blocks.map((block) => inRange(block, sizes.capacities)) };
  };
  const names = [...new Set(samplers.map(({ part }) => bankOf(part)))];
  const blocks = names.flatMap((name) => {
    const chain = samplers.filter(({ part }) => bankOf(part) === name);
    return chainOf(name, chain, banks[name]!, run);
  });
  return { negatives: { blocks, denominator: oneOf(denominators) }, next, fault };
}

/** What a sampler throws while it is traced is named. Errors with a code of their own say enough, but for those of an op. */
function sampleBy({ part }: Placing, context: SampleContext, state: Tensors): Sampled {
  try {
    return requireSampled(part.name, part.sample(context, state));
  } catch (error) {
    if (isMochiError(error) && error.code !== 'MOCHI_TENSORFLOW') throw error;
    throw samplerFailed(part.name, error);
  }
}

function checkMask({ shape }: tf.Tensor, similarities: tf.Tensor2D, sampler: string): void {
  if (shape.join() !== similarities.shape.join()) throw maskShape(sampler, shape, similarities.shape);
}

function chainOf(
  bank: string,
  chain: readonly Placing[],
  view: BankView,
  run: (placed: Placing, view: BankView, mask: tf.Tensor2D | undefined, previous: readonly Block[]) => Sampled,
): Block[] {
  let { mask } = view;
  let blocks: readonly Block[] | undefined;
  for (const placed of chain) {
    if (placed.part.role === 'refine') blocks ??= [bankBlock({ bank })];
    const sampled = run(placed, view, mask, blocks ?? []);
    if (sampled.mask) mask = mask ? (tf.add(mask, sampled.mask) as tf.Tensor2D) : sampled.mask;
    if (placed.part.role !== 'filter') blocks = sampled.blocks;
  }
  const made = blocks ?? [bankBlock({ bank })];
  return mask ? made.map((block) => masked(block, mask!)) : [...made];
}

function contextOf(
  { id, part }: Placing,
  { state, similarities, mask }: BankView,
  previous: readonly Block[],
  { queries, positives, ids, labels, temperature, withGradient }: ChainRequest,
  { step, epoch, rng, phases, scalars }: ChainContext,
): Parameters<NegativeSampler['sample']>[0] {
  const { labels: _, ...unlabelled } = state;
  const bank: BankState = part.usesLabels ? state : unlabelled;
  const own = { phase: phases[id]!, rng: rng.fork(id), scalars: scalars[id] ?? {} };
  const live = part.differentiable ? withGradient(bankOf(part)) : { queries, similarities };
  const inputs = { ...live, positives, ids, temperature, ...(part.usesLabels && labels ? { labels } : {}) };
  return { ...inputs, bankName: bankOf(part), bank, mask, previous, step, epoch, ...own };
}

function masked(block: Block, mask: tf.Tensor2D): Block {
  if (block.kind !== 'bank') return block;
  const logWeights = block.logWeights ? (tf.add(block.logWeights, mask) as tf.Tensor2D) : mask;
  return { ...block, logWeights };
}

const sizesOf = (queries: tf.Tensor2D, banks: Readonly<Record<string, BankView>>): BlockSizes => ({
  batch: queries.shape[0],
  width: queries.shape[1],
  capacities: Object.fromEntries(Object.entries(banks).map(([name, { state }]) => [name, state.rows.shape[0]])),
});

function oneOf(denominators: ReadonlyMap<string, Denominator>): Denominator | undefined {
  const [first, ...others] = [...denominators];
  const other = others.find(([, denominator]) => !same(denominator, first![1]));
  if (first && other) throw denominatorsDiffer(first[0], other[0]);
  return first?.[1];
}

/** The same kind with the same values: scalars of the step are the same only where they are one tensor. */
function same(a: Denominator, b: Denominator): boolean {
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return left.size === right.size && [...left].every(([name, value]) => right.get(name) === value);
}
