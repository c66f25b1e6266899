import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { traceFunction, type TensorSpec, type TracedFunction } from '../compile/trace-function.js';
import { attr, type Attr } from '../native/attributes.js';
import { execute, nativeDtype, nativeTensor } from '../runtime/execute.js';
import { pipelineTensors } from './errors.js';

/** A dataset of TensorFlow and what its elements are made of. */
export interface Built {
  readonly dataset: tf.Tensor;
  readonly names: readonly string[];
  readonly specs: readonly TensorSpec[];
}

/** Makes a dataset from the one before it. Traced functions go to `functions`, whose owner disposes them. */
export type Stage = (input: Built, functions: TracedFunction[]) => Built;

/** From a record of tensors to a record of tensors. Traced: no reads, no draws in JavaScript. */
export type MapFunction = (element: Tensors) => Tensors;

export const outputAttrs = ({ specs }: Pick<Built, 'specs'>, types = 'output_types'): Attr[] => [
  attr.types(types, specs.map(({ dtype }) => dtype)), // prettier-ignore
  attr.shapes('output_shapes', specs.map(({ shape }) => shape)), // prettier-ignore
];

const long = (value: number): tf.Tensor => nativeTensor(BigInt64Array.of(BigInt(value)), [], 'int64');

/** A stage that leaves the form of the elements as it is. */
const sameElements = (op: string, inputs: () => tf.Tensor[], attrs: Attr[] = []): Stage => (input) => ({
  ...input,
  dataset: execute(op, [...outputAttrs(input), ...attrs], [input.dataset, ...inputs()])[0]!,
}); // prettier-ignore

export function sliceTensors(record: Tensors): Built {
  const names = Object.keys(record);
  const tensors = Object.values(record);
  const [first] = tensors;
  if (first === undefined) throw pipelineTensors('there is none');
  const other = names.findIndex((_, i) => tensors[i]!.rank === 0 || tensors[i]!.shape[0] !== first.shape[0]);
  if (other >= 0)
    throw pipelineTensors(
      `'${names[0]}' is [${first.shape.join(', ')}] and '${names[other]}' [${tensors[other]!.shape.join(', ')}]`,
    );
  const specs = tensors.map((tensor) => ({ dtype: nativeDtype(tensor), shape: tensor.shape.slice(1) }));
  return { dataset: execute('TensorSliceDataset', outputAttrs({ specs }, 'Toutput_types'), tensors)[0]!, names, specs };
}

/** @param parallel Elements made at the same time; their order stays. */
export const mapElements = (fn: MapFunction, parallel: number): Stage => (input, functions) => {
  let names: string[] = [];
  const traced = traceFunction(
    (...symbols) => {
      const result = fn(Object.fromEntries(input.names.map((name, i) => [name, symbols[i]!])));
      names = Object.keys(result);
      return Object.values(result);
    },
    input.specs,
    { name: fn.name || 'map' },
  );
  functions.push(traced);
  const attrs = [
    attr.func('f', traced.name), attr.types('Targuments', traced.captured.map(nativeDtype)), ...outputAttrs({ specs: traced.outputs }),
  ]; // prettier-ignore
  const inputs = [input.dataset, ...traced.captured];
  const dataset =
    parallel > 1
      ? execute('ParallelMapDatasetV2', [...attrs, attr.string('deterministic', 'true')], [...inputs, long(parallel)])[0]!
      : execute('MapDataset', attrs, inputs)[0]!;
  return { dataset, names, specs: traced.outputs };
}; // prettier-ignore

export const batchElements = (size: number, dropRemainder: boolean): Stage => (input) => {
  const specs = input.specs.map(({ dtype, shape }) => ({ dtype, shape: shape && [dropRemainder ? size : null, ...shape] }));
  const inputs = [input.dataset, long(size), tf.scalar(dropRemainder, 'bool')];
  return { ...input, specs, dataset: execute('BatchDatasetV2', outputAttrs({ specs }), inputs)[0]! };
}; // prettier-ignore

export const shuffleElements = (buffer: number, seed: number): Stage =>
  sameElements(
    'ShuffleDatasetV3',
    () => [long(buffer), long(seed), long(Math.floor(seed / 2 ** 32) + 1), execute('DummySeedGenerator', [], [])[0]!],
    [attr.bool('reshuffle_each_iteration', true)],
  );

export const repeatElements = (count: number): Stage => sameElements('RepeatDataset', () => [long(count)]);

export const prefetchElements = (count: number): Stage => sameElements('PrefetchDataset', () => [long(count)]);

/** Without TensorFlow's own line in the log for each. */
export const ignoreErrors: Stage = sameElements('IgnoreErrorsDataset', () => [], [attr.bool('log_warning', false)]);

/**
 * No autotuning and no rewriting: nothing then depends on measured times, and big source tensors are not copied for a rewrite.
 * message Options { 1: deterministic, 3: OptimizationOptions { 1: apply_default_optimizations }, 5: ThreadingOptions { 2: private_threadpool_size },
 * 7: AutotuneOptions { 1: enabled } }
 */
export const reproducible = (threads: number | undefined): Stage => {
  const threading = threads === undefined ? [] : [0x2a, 2, 0x10, threads];
  const options = Uint8Array.of(0x08, 1, 0x1a, 2, 0x08, 0, ...threading, 0x3a, 2, 0x08, 0);
  return sameElements('OptionsDataset', () => [], [attr.string('serialized_options', options)]);
};
