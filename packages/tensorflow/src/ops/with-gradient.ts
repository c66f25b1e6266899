import * as tf from '@tensorflow/tfjs-core';

/** The last argument of a function given to tf.customGrad: keeps tensors for the way back. */
export type Save = (tensors: tf.Tensor[]) => void;

/**
 * `value`, recorded on the gradient tape as a function of `inputs`. For values that raw TensorFlow ops computed, which the tape did not see.
 *
 * @param inputs Tensors to differentiate with respect to.
 * @param saved Tensors that `gradient` needs; the tape keeps them alive until it has run backwards.
 * @param gradient From dL/dvalue and the saved tensors to dL/dinput, one for each input.
 */
export const withGradient = <T extends tf.Tensor>(
  value: T,
  inputs: tf.Tensor[],
  saved: tf.Tensor[],
  gradient: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T =>
  tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as Save;
    save(saved);
    return { value, gradFunc: (dy, kept) => gradient(dy as T, kept) };
  })(...inputs) as T;
