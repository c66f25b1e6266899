import type * as tf from '@tensorflow/tfjs-core';
import { execute } from '../runtime/execute.js';

/**
 * The bytes of a file. @param path A string scalar. @returns A string scalar of bytes.
 * @throws MOCHI_TENSORFLOW when the file cannot be read; inside a pipeline the element fails (see `skipErrors`).
 */
export const readFile = (path: tf.Tensor): tf.Tensor => execute('ReadFile', [], [path])[0]!;
