import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Negatives } from '../blocks.js';
import type { Progress, SampleContext } from '../contexts.js';
import type { Tensors } from '../tree.js';

/** What a sampler returns. A source's blocks are the chain's; a refining sampler's replace them, so it returns `context.previous` or its own version. A filter's blocks are ignored. */
export interface Sampled extends Negatives {
  /** The next value of the state registered by `host.state`; absent: unchanged. */
  readonly state?: Tensors;
  /** [B, K], 0 or -Infinity: rows that samplers later in the chain may not draw. Added to the candidate mask. */
  readonly mask?: Tensor2D;
}

/**
 * Its place in the chain. `filter`: leaves rows out for those after it, by `Sampled.mask`. `source`: makes the blocks; at most one in the chain
 * of a bank, after its filters; without one, the whole bank that the filters leave. `refine`: changes or adds to the blocks of the source
 * before it, or says what stands under the fraction.
 */
export type SamplerRole = 'filter' | 'source' | 'refine';

export interface NegativeSampler {
  readonly name: string;
  /** Default: source. */
  readonly role?: SamplerRole;
  /** The bank that it draws from. Default: DEFAULT_BANK. The samplers of each bank are a chain of their own; the loss sums over all chains. */
  readonly bank?: string;
  /** Whether it asks for labels: where it does not, it never sees any. Default false. Where the bank keeps none, MOCHI_SAMPLER_LABELS. */
  readonly usesLabels?: boolean;
  /**
   * Lets gradient flow through the log-weights of its bank blocks that are declared differentiable (HCL): it then sees queries and similarities
   * that carry gradient. Default false: it sees constants.
   */
  readonly differentiable?: boolean;
  /** Which of its traces a step needs, e.g. `warm-up` or `full`. Default: one phase, `full`. */
  phase?(progress: Progress): string;
  /**
   * Called before the first step with the rows of its memory bank, so that options which they do not suffice for are told then, and not when the
   * first phase that needs them is traced, epochs later. It throws a MochiError.
   *
   * @returns What to warn of where the options can be followed and do not do what they are for; nothing where all is well.
   */
  check?(capacity: number): string | void;
  /** Traced once per signature and phase: no reads, no JavaScript randomness, counters or clocks. `state` holds what `host.state` registered. */
  sample(context: SampleContext, state: Readonly<Tensors>): Sampled;
}
