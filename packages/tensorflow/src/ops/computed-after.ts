import type { Tensor } from '@tensorflow/tfjs-core';
import { running } from '../runtime/runtime.js';
import { stopGradient } from '../trees/gradients.js';

/**
 * The same values, computed after `before`: a compiled graph runs whatever is ready at once, so that without an order the intermediates of
 * independent parts could all be in memory together. Eagerly, ops run in their order anyway. No gradient.
 */
export function computedAfter<T extends Tensor>(x: T, before: readonly Tensor[]): T {
  const { binding, backend } = running();
  if (binding.trace === null || before.length === 0) return stopGradient(x);
  const [id] = backend.getInputTensorIds([x]);
  const [copy] = binding.trace.op('Identity', [], [id!], 1, backend.getInputTensorIds([...before]));
  return backend.createOutputTensor(copy!) as T;
}
