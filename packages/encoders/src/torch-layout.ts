import * as tf from '@tensorflow/tfjs-core';

/** True for what a batch norm keeps beside its parameters. */
export const isStatistic = (name: string): boolean => /\.running_(mean|var)$/.test(name);

/** The shape that PyTorch gives a weight of this shape. */
export const torchShape = (shape: readonly number[]): number[] => {
  if (shape.length !== 4) return [...shape].reverse();
  const [height, width, input, output] = shape as [number, number, number, number];
  return [output, input, height, width];
};

/** A weight of PyTorch in the layout of TensorFlow. @returns A new tensor. */
export function fromTorchLayout(tensor: tf.Tensor): tf.Tensor {
  if (tensor.rank === 4) return tf.transpose(tensor, [2, 3, 1, 0]);
  return tensor.rank === 2 ? tf.transpose(tensor) : tf.clone(tensor);
}
