import type { Scalar } from '@tensorflow/tfjs-core';
import type { Progress } from '../contexts.js';
import type { Tensors } from '../tree.js';

export interface Optimizer {
  readonly name: string;
  /** Slots by name, each a record by parameter name, e.g. `{ momentum: { 'conv1.weight': ... } }`. */
  init(params: Tensors): Record<string, Tensors>;
  /** Traced. @param rate learning rate, float32 scalar. @param step optimizer steps done before, int32 scalar. */
  update(
    params: Tensors,
    gradients: Tensors,
    slots: Record<string, Tensors>,
    rate: Scalar,
    step: Scalar,
  ): { params: Tensors; slots: Record<string, Tensors> };
  /** Base learning rate; the schedule multiplies it. */
  readonly rate: number;
}

/** The factor of the base learning rate at a step. Pure. */
export interface Schedule {
  readonly name: string;
  factor(progress: Progress): number;
}
