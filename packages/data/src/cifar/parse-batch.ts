import { breathe } from '../breathe.js';
import { dataCorrupt } from '../file-errors.js';

export const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;

export interface CifarBatch {
  /** [n, 32, 32, 3] */
  readonly pixels: Uint8Array;
  /** One per label byte of a record, each [n]: CIFAR-10 has one, CIFAR-100 the coarse and the fine one. */
  readonly labels: readonly Int32Array[];
}

/** Bytes of one record: its labels, then the planes of red, green and blue. */
export const recordBytes = (labelBytes: number): number => labelBytes + IMAGE_BYTES;

/**
 * The records of CIFAR binary files, in their order: planes of red, green and blue become interleaved pixels.
 *
 * @param classes How many classes each label byte tells apart: [10] for CIFAR-10, [20, 100] for CIFAR-100.
 * @throws MOCHI_DATA_CORRUPT for a file that is no whole number of records, or a label of no class.
 */
export async function parseBatches(
  files: readonly { name: string; bytes: Uint8Array }[],
  classes: readonly number[],
): Promise<CifarBatch> {
  const size = recordBytes(classes.length);
  const expected = `whole records of ${size} bytes: ${classes.map((n) => `a label below ${n}`).join(', ')}, then 32 x 32 red, green and blue bytes (the binary version, not the Python or MATLAB one)`;
  for (const { name, bytes } of files) {
    if (bytes.length === 0 || bytes.length % size !== 0)
      throw dataCorrupt(
        name,
        `byte ${bytes.length}`,
        `it ends within record ${Math.floor(bytes.length / size)}, it may be cut short`,
        expected,
      );
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / size, 0);
  const pixels = new Uint8Array(count * IMAGE_BYTES);
  const labels = classes.map(() => new Int32Array(count));
  let row = 0;
  for (const { name, bytes } of files) {
    for (let at = 0; at < bytes.length; at += size, row++) {
      classes.forEach((limit, which) => {
        const label = bytes[at + which]!;
        if (label >= limit) throw dataCorrupt(name, `record ${at / size}`, `it has label ${label}`, expected);
        labels[which]![row] = label;
      });
      interleave(bytes.subarray(at + classes.length, at + size), pixels.subarray(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES));
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
