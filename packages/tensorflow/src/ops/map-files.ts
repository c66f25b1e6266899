import * as tf from '@tensorflow/tfjs-core';
import { statSync } from 'node:fs';
import { attr } from '../native/attributes.js';
import { execute, nativeTensor } from '../runtime/execute.js';
import { onCpu } from '../runtime/on-cpu.js';

const BYTES = attr.type('element_dtype', 'uint8');

/**
 * Files mapped into memory, as one value that traced code can pick from: nothing is read before it is asked for, and the system's cache holds what
 * was. TensorFlow's own reader of fixed-length records reads a file from its start to the record: a range in the middle of a 77 MB file took it
 * 108 ms, this way 0.1 ms.
 *
 * A file must not become shorter while it is mapped: reading past its end would end the process.
 *
 * @param files Paths. Empty files are legal, and have no range.
 * @returns A variant scalar, for `readRange`. The caller disposes it; functions that captured it keep the files mapped.
 * @throws Whatever `stat` says of a file that is missing; MOCHI_TENSORFLOW for one that cannot be mapped.
 */
export const mapFiles = (files: readonly string[]): tf.Tensor =>
  onCpu(() =>
    tf.tidy(() => {
      const unknown = tf.tensor1d([-1], 'int32');
      const reserve = [BYTES, attr.type('shape_type', 'int32')];
      let list = execute('TensorListReserve', reserve, [unknown, tf.scalar(files.length, 'int32')])[0]!;
      files.forEach((path, at) => {
        const bytes = mapFile(path);
        const next = execute('TensorListSetItem', [BYTES], [list, tf.scalar(at, 'int32'), bytes])[0]!;
        tf.dispose([list, bytes]);
        list = next;
      });
      return list;
    }),
  );

function mapFile(path: string): tf.Tensor {
  const { size } = statSync(path);
  if (size === 0) return nativeTensor(new Uint8Array(0), [0], 'uint8');
  const attrs = [attr.type('dtype', 'uint8'), attr.shape('shape', [size]), attr.string('memory_region_name', path)];
  return execute('ImmutableConst', attrs, [])[0]!;
}

/**
 * Bytes of a file of `mapFiles`.
 *
 * @param mapped What `mapFiles` gave. @param file Which of the files, int32 scalar. @param offset From its beginning, int64 scalar.
 * @param size int64 scalar.
 * @returns A string scalar.
 * @throws MOCHI_TENSORFLOW for a range that is not within the file; inside a pipeline the element fails.
 */
export function readRange(mapped: tf.Tensor, file: tf.Tensor, offset: tf.Tensor, size: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const all = execute('TensorListGetItem', [BYTES], [mapped, file, tf.tensor1d([-1], 'int32')])[0]!;
    const vector = (scalar: tf.Tensor): tf.Tensor => execute('ExpandDims', [], [scalar, tf.scalar(0, 'int32')])[0]!;
    const part = execute('Slice', [], [all, vector(offset), vector(size)])[0]!;
    // No op makes a string of bytes. A serialized tensor ends in its content.
    const serialized = execute('SerializeTensor', [], [part])[0]!;
    const length = toLong(execute('StringLength', [], [serialized])[0]!);
    return substring(serialized, execute('Sub', [], [length, size])[0]!, size);
  });
}

/** Bytes of a string scalar. @param start, size int64 scalars. @throws MOCHI_TENSORFLOW when `start` is past the end. */
export const substring = (text: tf.Tensor, start: tf.Tensor, size: tf.Tensor): tf.Tensor =>
  execute('Substr', [], [text, start, size])[0]!;

/** A tensor of any whole numbers as int64. */
export const toLong = (numbers: tf.Tensor): tf.Tensor => execute('Cast', [attr.type('DstT', 'int64')], [numbers])[0]!;
