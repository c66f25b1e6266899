import * as tf from '@tensorflow/tfjs-core';

/** tf.tidy for a result that holds tensors anywhere in records and arrays, such as blocks; its type does not say that it does. */
export const tidyTree = <T extends object>(fn: () => T): T => tf.tidy(() => fn() as tf.TensorContainer) as T;
