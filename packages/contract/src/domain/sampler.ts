import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Negatives } from '../blocks.js';
import type { Progress, SampleContext } from '../contexts.js';
import type { Tensors } from '../tree.js';

/** What a sampler returns: its blocks replace those of the samplers before it (`context.previous`, which it may return too). */
export interface Sampled extends Negatives {
  /** The next value of the state registered by `host.state`; absent: unchanged. */
  readonly state?: Tensors;
  /** [B, K], 0 or -Infinity: rows that samplers later in the chain may not draw. Added to the candidate mask. */
  readonly mask?: Tensor2D;
}

export interface NegativeSampler {
  readonly name: string;
  /** Which of its traces a step needs, e.g. `warm-up` or `full`. Default: one phase, `full`. */
  phase?(progress: Progress): string;
  /** Traced once per signature and phase: no reads, no JavaScript randomness, counters or clocks. `state` holds what `host.state` registered. */
  sample(context: SampleContext, state: Readonly<Tensors>): Sampled;
}
