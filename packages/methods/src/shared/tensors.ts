import type { Tensors } from '@mochi/contract';
import { stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

const mapped = (tensors: Tensors, change: (tensor: tf.Tensor) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));

export const cloned = (tensors: Tensors): Tensors => mapped(tensors, (tensor) => tf.clone(tensor));

export const constants = (tensors: Tensors): Tensors => mapped(tensors, (tensor) => stopGradient(tensor));

/** The same values once more behind themselves: what two views of a batch have in common. */
export const twice = <T extends tf.Tensor>(values: T): T => tf.concat([values, values]) as T;
