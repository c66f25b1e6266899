import { expect, test } from 'vitest';
import { PackedNames, type Names } from './names.js';

const NAMES = ['cat/a 1.jpg', 'Ünïcode/日本 🍡.png', '', 'x'];

test('packed names are the names, whatever their letters', () => {
  const packed: Names = PackedNames.of(NAMES);
  expect([...packed]).toEqual(NAMES);
  expect([packed.length, packed.at(1), packed.at(4), packed.at(-1)]).toEqual([4, NAMES[1], undefined, undefined]);
});

test('a prefix stands before every name, and what is picked keeps it', () => {
  const packed = PackedNames.of(NAMES, '/photos/');
  expect([...packed.pick(Int32Array.of(3, 0, 3))]).toEqual(['/photos/x', '/photos/cat/a 1.jpg', '/photos/x']);
  expect(packed.under('').at(3)).toBe('x');
});

test('bytes that are no UTF-8 stay as they are', () => {
  const packed = new PackedNames('', Uint8Array.of(0x66, 0xff, 0x6f), Float64Array.of(0, 1), Uint16Array.of(1, 2));
  expect([...packed.bytesAt(1)!]).toEqual([0xff, 0x6f]);
  expect(packed.at(1)).toBe('\uFFFDo');
});
