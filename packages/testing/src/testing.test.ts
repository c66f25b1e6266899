import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { allClose } from './all-close.js';
import { parseSafetensors } from './safetensors.js';

test.each([
  { name: 'equal', got: [1, 2], want: [1, 2], ok: true },
  { name: 'within rtol', got: [100.0005], want: [100], ok: true },
  { name: 'past rtol', got: [100.01], want: [100], ok: false },
  { name: 'NaN in got', got: [NaN], want: [1], ok: false },
  { name: 'NaN on both sides', got: [NaN], want: [NaN], ok: false },
  { name: 'equal infinities', got: [-Infinity], want: [-Infinity], ok: true },
  { name: 'infinity against a number', got: [Infinity], want: [1], ok: false },
  { name: 'opposite infinities', got: [Infinity], want: [-Infinity], ok: false },
  { name: 'a number against infinity', got: [1], want: [Infinity], ok: false },
  { name: 'lengths differ', got: [1], want: [1, 2], ok: false },
])('allClose: $name', ({ got, want, ok }) => expect(allClose(got, want).ok).toBe(ok));

test('allClose names the worst element', () => {
  expect(allClose([1, 5, 2], [1, 2, 1])).toEqual({ ok: false, message: expect.stringContaining('worst [1]: got 5, want 2') });
});

test('the matchers take nested arrays and typed arrays, and fail on what differs', () => {
  expect([[1, 2], [3]]).toBeAllClose(new Float32Array([1, 2, 3]));
  expect([1]).not.toBeAllClose([1.1]);
  expect([1]).toBeAllClose([1.1], { atol: 0.2 });
  expect(() => expect([1, NaN]).toBeAllClose([1, 2])).toThrow(/worst \[1\]/);
  expect(() => expect(3).toHaveShape([])).toThrow(/want a tensor/);
});

test('parseSafetensors reads every type, whatever the alignment', () => {
  const header = JSON.stringify({
    __metadata__: { made: 'here' },
    flag: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] },
    x: { dtype: 'F64', shape: [], data_offsets: [1, 9] },
    n: { dtype: 'I64', shape: [1, 1], data_offsets: [9, 17] },
  });
  const bytes = Buffer.alloc(8 + header.length + 17);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  bytes.writeUInt8(1, 8 + header.length);
  bytes.writeDoubleLE(0.5, 9 + header.length);
  bytes.writeBigInt64LE(-3n, 17 + header.length);
  const tensors = parseSafetensors(bytes);
  expect([...tensors.keys()]).toEqual(['flag', 'x', 'n']);
  expect(tensors.get('x')).toEqual({ dtype: 'float32', shape: [], values: new Float64Array([0.5]) });
  expect(tensors.get('n')).toEqual({ dtype: 'int32', shape: [1, 1], values: new Int32Array([-3]) });
  expect(tensors.get('flag')).toEqual({ dtype: 'bool', shape: [1], values: new Uint8Array([1]) });
});

test('one tfjs-core', () => expect(tf.version_core).toBe('4.22.0'));
