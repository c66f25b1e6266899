import { PackedNames } from '@mochi/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { bytesOf } from './data-record.js';

const root = mkdtempSync(join(tmpdir(), 'mochi-bytes-'));
afterAll(() => rmSync(root, { recursive: true }));

test('the bytes of all files are added up, however many are looked at at once; one that is gone counts nothing', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `${at}.jpg`);
  names.forEach((name, at) => writeFileSync(join(root, name), Buffer.alloc(at)));
  const paths = PackedNames.of([...names, 'gone.jpg'], `${root}/`);
  expect(await bytesOf({ kind: 'files', paths })).toBe(4950);
});

test('the bytes of ranges, encoded files and pixels', async () => {
  const length = Float64Array.of(3, 4);
  const ranges = { kind: 'ranges', files: ['x'], file: Int32Array.of(0, 0), offset: Float64Array.of(0, 3), length } as const;
  expect(await bytesOf(ranges)).toBe(7);
  expect(await bytesOf({ kind: 'encoded', files: [new Uint8Array(2), new Uint8Array(9)] })).toBe(11);
  expect(await bytesOf({ kind: 'pixels', pixels: new Uint8Array(12), height: 2, width: 2 })).toBe(12);
});
