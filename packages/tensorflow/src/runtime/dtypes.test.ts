import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { attr, execute, nativeDtype, type NativeDtype, nativeTensor, readInt64, startTensorFlow, type Values } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
leaveNothing();

describe('dtypes', () => {
  test.each<[NativeDtype, Values, string, number[]]>([
    ['float32', [1.5, -2], 'float32', [1.5, -2]],
    ['float64', [1.5, -2], 'float32', [1.5, -2]],
    ['int32', [7, -7], 'int32', [7, -7]],
    ['int64', [7, -7], 'int32', [7, -7]],
    ['uint64', [7, 8], 'int32', [7, 8]],
    ['uint32', [7, 8], 'int32', [7, 8]],
    ['int16', [7, -7], 'int32', [7, -7]],
    ['uint16', [7, 65535], 'int32', [7, 65535]],
    ['int8', [7, -7], 'int32', [7, -7]],
    ['uint8', [7, 255], 'int32', [7, 255]],
    ['bool', [true, false], 'bool', [1, 0]],
  ])('%s goes in and comes out', (dtype, values, jsDtype, want) => {
    const tensor = nativeTensor(values, [2], dtype);
    expect(tensor.dtype).toBe(jsDtype);
    expect(nativeDtype(tensor)).toBe(dtype);
    const [copy] = execute('Identity', [], [tensor]);
    expect(Array.from(copy!.dataSync())).toEqual(want);
  });

  test.each(['float16', 'bfloat16'] as const)('%s is cast to and read', (dtype) => {
    const x = tf.tensor1d([1, -2.5, 0, 2 ** -14, Infinity, 0.5]);
    const [half] = execute('Cast', [attr.type('SrcT', 'float32'), attr.type('DstT', dtype)], [x]);
    expect(nativeDtype(half!)).toBe(dtype);
    expect(Array.from(half!.dataSync())).toEqual([1, -2.5, 0, 2 ** -14, Infinity, 0.5]);
  });

  test('float16: subnormal numbers and NaN', () => {
    const [half] = execute('Cast', [attr.type('SrcT', 'float32'), attr.type('DstT', 'float16')], [tf.tensor1d([2 ** -20, NaN])]);
    expect(Array.from(half!.dataSync())).toEqual([2 ** -20, NaN]);
  });

  test('int64 beyond int32 is refused as int32 and read as bigint', () => {
    const tensor = nativeTensor(BigInt64Array.of(2n ** 40n), [], 'int64');
    expect(() => tensor.dataSync()).toThrow(expect.objectContaining({ code: 'MOCHI_OUT_OF_INT32' }) as Error);
    expect(readInt64(tensor)).toEqual(BigInt64Array.of(2n ** 40n));
  });

  test('complex64', () => {
    const z = tf.complex([1, 2], [3, -4]);
    expect(Array.from(tf.real(z).dataSync())).toEqual([1, 2]);
    expect(Array.from(tf.imag(z).dataSync())).toEqual([3, -4]);
  });

  test('strings: text, bytes that are no UTF-8, empty, long', () => {
    const bytes = Uint8Array.of(0, 255, 128);
    const long = 'ä'.repeat(1000);
    const tensor = nativeTensor(['a', bytes, '', long], [2, 2], 'string');
    const [joined] = execute('StringJoin', [attr.int('N', 2), attr.string('separator', '-')], [tensor, tf.scalar('x')]);
    const values = joined!.dataSync() as unknown as string[];
    expect(joined!.shape).toEqual([2, 2]);
    expect([values[0], values[2], values[3]]).toEqual(['a-x', '-x', `${long}-x`]);
    expect(tf.engine().readSync(tensor.dataId)).toEqual([
      Uint8Array.of(97),
      bytes,
      new Uint8Array(),
      new Uint8Array(Buffer.from(long)),
    ]);
  });

  test('empty tensors of every kind', () => {
    expect(tf.add(tf.zeros([0, 3]), 1).shape).toEqual([0, 3]);
    const strings = nativeTensor([], [0], 'string');
    expect(Array.from(strings.dataSync())).toEqual([]);
  });

  test('a wrong number of values is refused', () => {
    expect(() => nativeTensor([1, 2, 3], [2], 'float32')).toThrow(expect.objectContaining({ code: 'MOCHI_BAD_VALUES' }) as Error);
    expect(() => nativeTensor(['a'], [2], 'string')).toThrow(expect.objectContaining({ code: 'MOCHI_BAD_VALUES' }) as Error);
  });
});
