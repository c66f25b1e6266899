import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { gradientMissing, slotMissing } from '../errors.js';

/** What an optimizer makes of one step. New tensors, which the caller disposes. */
export type Updated = { readonly params: Tensors; readonly slots: Record<string, Tensors> };

/** The next value of one parameter, and of its slots by name. */
export type Stepped = { readonly value: tf.Tensor; readonly slots: Tensors };

/** One parameter, its gradient and its slots. */
export interface Parameter {
  readonly name: string;
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** The slot of this name for this parameter. */
  slot(name: string): tf.Tensor;
}

/** Applies a rule to each parameter by name, never by position, and collects the next values and slots. */
export function updateEach(
  optimizer: string,
  params: Tensors,
  gradients: Tensors,
  slots: Record<string, Tensors>,
  rule: (parameter: Parameter) => Stepped,
): Updated {
  const missing = Object.keys(params).filter((name) => !gradients[name]);
  if (missing.length > 0) throw gradientMissing(optimizer, missing);
  return tf.tidy(() => {
    const next = { params: {} as Tensors, slots: {} as Record<string, Tensors> };
    for (const slot of Object.keys(slots)) next.slots[slot] = {};
    for (const [name, value] of Object.entries(params)) {
      const slot = (key: string): tf.Tensor => slots[key]?.[name] ?? fail(slotMissing(optimizer, key, name));
      const updated = rule({ name, value, gradient: gradients[name]!, slot });
      next.params[name] = updated.value;
      for (const [key, tensor] of Object.entries(updated.slots)) next.slots[key]![name] = tensor;
    }
    return next;
  });
}

/** Slots of zeros, one of each name for each parameter. */
export const zeroSlots = (names: readonly string[], params: Tensors): Record<string, Tensors> =>
  Object.fromEntries(
    names.map((slot) => [slot, Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zerosLike(value)]))]),
  );

/** Biases, and the scales and offsets of norms: what decay and layer-wise rates often leave out. */
export const isOneDimensional = (tensor: tf.Tensor): boolean => tensor.rank <= 1;

const fail = (error: Error): never => {
  throw error;
};
