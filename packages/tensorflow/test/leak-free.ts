import { leakFree as check, tensorsOf } from '@mochi/testing';
import { running } from '../src/runtime/runtime.js';

/** `leakFree` with inputs that TensorFlow has already: values that are still on the host would count as new handles when an op takes them. */
export function leakFree<Inputs extends readonly unknown[], Result>(
  inputs: readonly [...Inputs],
  fn: (...inputs: Inputs) => Result,
  expectations?: (result: Result) => void,
): void {
  running().backend.getInputTensorIds([...tensorsOf(inputs)]);
  void check(inputs, fn as never, expectations as never);
}
