import { leakFree as check } from '@mochi/testing';
import { flattenTree } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** `leakFree` with inputs that TensorFlow has already: values that are still on the host would count as new handles when an op takes them. */
export function leakFree<Inputs extends readonly unknown[], Result>(
  inputs: readonly [...Inputs],
  fn: (...inputs: Inputs) => Result,
  expectations?: (result: NoInfer<Result>) => void,
): void {
  tf.tidy(() => flattenTree(inputs).forEach(({ tensor }) => tf.equal(tensor, tensor)));
  check(inputs, fn as (...inputs: readonly unknown[]) => unknown, expectations as (result: unknown) => void);
}
