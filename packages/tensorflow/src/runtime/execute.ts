import type { Tensor } from '@tensorflow/tfjs-core';
import type { Attr } from '../native/attributes.js';
import { DTYPES, dtypeName, type NativeDtype } from '../native/dtypes.js';
import { argumentLengths } from '../native/op-definitions.js';
import { readBytes, type Values } from '../native/tensors.js';
import { statedLengths } from './op-inputs.js';
import { running, type Running } from './runtime.js';

/**
 * Runs any op of TensorFlow, or records it while a function is traced. Not recorded on the gradient tape: wrap it into tf.customGrad.
 *
 * @param op Name, e.g. `MatMul`; or the name of a traced function.
 * @param attrs Made by `attr`. Dtypes and list lengths that follow from the inputs may be left out.
 * @param inputs In the order of the op's definition, lists flattened in place.
 * @param outputs How many outputs there are. Needed only where neither the definition nor an attribute says so; 1 if nothing says so.
 * @returns New tensors, which the caller disposes (or tf.tidy).
 * @throws MOCHI_TENSORFLOW with TensorFlow's own message; MOCHI_UNKNOWN_OP; MOCHI_WRONG_INPUTS.
 */
export function execute(op: string, attrs: readonly Attr[], inputs: readonly Tensor[], outputs?: number): Tensor[] {
  const current = running();
  const { backend, binding } = current;
  const count = outputs ?? outputCount(current, op, attrs);
  const results = binding.executeOp(op, attrs, backend.getInputTensorIds(inputs), count);
  const tensors = new Array<Tensor>(results.length);
  for (let i = 0; i < results.length; i++) tensors[i] = backend.createOutputTensor(results[i]!);
  return tensors;
}

function outputCount({ engine }: Running, op: string, attrs: readonly Attr[]): number {
  const registered = engine.functionOutputs.get(op);
  if (registered) return registered.length;
  const definition = engine.definitions.find(op);
  if (definition === null) return 1;
  return argumentLengths(definition.outputs, statedLengths(attrs), undefined)?.reduce((sum, length) => sum + length, 0) ?? 1;
}

/**
 * A tensor of any native dtype, e.g. the int64 scalars that tf.data's ops want. TensorFlow.js sees it under the nearest dtype it has.
 *
 * @param values As many as the shape has; bigint arrays for int64, strings or bytes for string.
 */
export function nativeTensor(values: Values, shape: number[], dtype: NativeDtype): Tensor {
  const { backend, binding } = running();
  const id = binding.createTensor(shape, DTYPES[dtype], values);
  return backend.createOutputTensor({ id, shape, dtype: DTYPES[dtype] });
}

/** The dtype that TensorFlow has for a tensor. */
export function nativeDtype(tensor: Tensor): NativeDtype {
  return dtypeName(running().backend.dataOf(tensor).dtype);
}

/** The values of an int64 tensor, which TensorFlow.js would show as int32. */
export function readInt64(tensor: Tensor): BigInt64Array {
  const { backend, engine } = running();
  return new BigInt64Array(readBytes(engine.api, engine.status, engine.pointer(backend.idOf(tensor), 'readInt64')));
}
