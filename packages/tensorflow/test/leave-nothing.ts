import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect } from 'vitest';
import { compile, liveHandles } from '../src/index.js';

/**
 * Runs each test of the file in a tensor scope of its own, and fails it where a native handle or function outlives it. Call it once TensorFlow has
 * started.
 *
 * @returns `compiled`: `compile` for the length of a test. `made`: what else to dispose at its end.
 */
export function leaveNothing(): { compiled: typeof compile; made: { dispose(): void }[] } {
  tf.engine().startScope();
  const start = liveHandles();
  const made: { dispose(): void }[] = [];
  afterEach(() => {
    for (const each of made.splice(0)) each.dispose();
    tf.engine().endScope();
    tf.engine().startScope();
    expect(liveHandles()).toEqual(start);
  });
  const compiled = ((fn: never, options?: never) => {
    const result = compile(fn, options);
    made.push(result);
    return result;
  }) as typeof compile;
  return { compiled, made };
}
