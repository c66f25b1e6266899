import { breathe } from '../breathe.js';
import { cifarCorrupt } from '../errors.js';

export const SIDE = 32;
const PLANE = SIDE * SIDE;
export const IMAGE_BYTES = 3 * PLANE;
export const RECORD = 1 + IMAGE_BYTES;

export interface CifarBatch {
  /** [n, 32, 32, 3] */
  readonly pixels: Uint8Array;
  /** [n], 0..9 */
  readonly labels: Int32Array;
}

/**
 * The records of CIFAR-10 binary files, in their order: planes of red, green and blue become interleaved pixels.
 *
 * @throws MOCHI_CIFAR_CORRUPT for a file that is no whole number of records, or a label above 9.
 */
export async function parseBatches(files: readonly { name: string; bytes: Uint8Array }[]): Promise<CifarBatch> {
  for (const { name, bytes } of files) {
    if (bytes.length === 0 || bytes.length % RECORD !== 0)
      throw cifarCorrupt(name, `${bytes.length} bytes are no whole number of records, it may be cut short`);
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / RECORD, 0);
  const pixels = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Int32Array(count);
  let row = 0;
  for (const { name, bytes } of files) {
    for (let at = 0; at < bytes.length; at += RECORD, row++) {
      const label = bytes[at]!;
      if (label > 9) throw cifarCorrupt(name, `record ${at / RECORD} has label ${label}`);
      labels[row] = label;
      interleave(bytes.subarray(at + 1, at + RECORD), pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES));
      if (row % 1000 === 999) await breathe();
    }
  }
  return { pixels, labels };
}

function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let at = 0; at < PLANE; at++) {
    pixels[3 * at] = planes[at]!;
    pixels[3 * at + 1] = planes[PLANE + at]!;
    pixels[3 * at + 2] = planes[2 * PLANE + at]!;
  }
}
