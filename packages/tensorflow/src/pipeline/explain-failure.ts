import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { TensorFlowError } from '../errors.js';
import { onCpu } from '../runtime/on-cpu.js';
import type { MapFunction } from './stages.js';

/**
 * Why a map function fails for an element, to report an element that a pipeline has skipped: runs the function at once, not traced.
 *
 * @param element What the function got. It stays the caller's.
 * @returns What TensorFlow said, without its graph, or the message of the error; null when nothing fails.
 */
export function explainFailure(fn: MapFunction, element: Tensors): string | null {
  try {
    onCpu(() => tf.tidy(() => void fn(element)));
    return null;
  } catch (error) {
    if (error instanceof TensorFlowError) return error.reason;
    return error instanceof Error ? error.message : String(error);
  }
}
