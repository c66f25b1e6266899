import type { Batch } from '@mochi/contract';
import { compile, disposeTree, type Compiled, type Precision } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '../step/build-step.js';
import type { Feeds, RunState, StepResult } from '../step/parts.js';

/** Runs the step, compiled or (for debugging) op by op: the same function either way. */
export class StepRunner {
  private readonly compiled: Compiled<Parameters<Step>, StepResult> | null;

  constructor(
    private readonly step: Step,
    eager: boolean,
    precision?: Precision,
  ) {
    this.compiled = eager ? null : compile(step, { name: 'train-step', precision });
  }

  /** Takes ownership of `state`, which is disposed when the step is done; `batch` and `feeds` stay the caller's. */
  async run(state: RunState, batch: Batch, feeds: Feeds, phases: Record<string, string>): Promise<StepResult> {
    const result = this.compiled
      ? await this.compiled.runAsync(state, batch, feeds, phases)
      : this.eager(state, batch, feeds, phases);
    disposeTree(state);
    return result;
  }

  /** Number of traces so far: one per signature and phase. */
  get traces(): number {
    return this.compiled?.traces ?? 0;
  }

  /** Milliseconds of all traces so far. */
  get traceMs(): number {
    return this.compiled?.traceMs ?? 0;
  }

  dispose(): void {
    this.compiled?.dispose();
  }

  private eager(state: RunState, batch: Batch, feeds: Feeds, phases: Record<string, string>): StepResult {
    return tf.tidy(() => {
      const result = this.step(state, batch, feeds, phases);
      // What passes through unchanged gets a handle of its own, as it does when compiled: the old state is disposed.
      return cloneLeaves(result) as unknown as tf.TensorContainer;
    }) as unknown as StepResult;
  }
}

export function cloneLeaves(tree: unknown): unknown {
  if (tree instanceof tf.Tensor) return tf.clone(tree);
  return Object.fromEntries(Object.entries(tree as Record<string, unknown>).map(([name, child]) => [name, cloneLeaves(child)]));
}
