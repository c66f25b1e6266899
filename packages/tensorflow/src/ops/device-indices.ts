import { clone, scalar, tidy, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { running } from '../runtime/runtime.js';

/**
 * Indices to calculate with where the other operands are. TensorFlow's int32 sums, products, slices and stacks run on the processor even beside
 * a GPU, with a copy there and one back; those of int64 run on the GPU. All of an expression must come from here. On a processor nothing happens.
 *
 * @param indices int32. @returns The same tensor, or int64 on a GPU, which TensorFlow.js sees as int32.
 */
export function deviceIndices<T extends Tensor>(indices: T): T {
  if (running().info.device === 'cpu') return indices;
  return execute('Cast', [attr.type('SrcT', 'int32'), attr.type('DstT', 'int64')], [indices])[0] as T;
}

/** Lists of indices, one after the other: of int32, or all of {@link deviceIndices}. @param lists At least one, of rank 1. */
export const concatIndices = (lists: readonly Tensor1D[]): Tensor1D =>
  lists.length === 1
    ? clone(lists[0]!)
    : tidy(() => execute('ConcatV2', [attr.int('N', lists.length)], [...lists, scalar(0, 'int32')])[0] as Tensor1D);
