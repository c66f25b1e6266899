import { open } from 'node:fs/promises';
import { dataCorrupt } from '../file-errors.js';

export const SIDE = 96;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;
/** Images read at a time, 7 MiB. */
const CHUNK = 256;

/**
 * The images of a binary file: each is three planes (red, green, blue) in column-major order; they become interleaved rows.
 *
 * @returns [n, 96, 96, 3] uint8. Read in pieces: no second copy of a file of 2.6 GiB is ever in memory.
 * @throws MOCHI_DATA_CORRUPT for a file that ends within an image.
 */
export async function readImages(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const expected = `whole images of ${IMAGE_BYTES} bytes: 96 x 96 red, green and blue bytes, column by column`;
    if (size === 0 || size % IMAGE_BYTES !== 0)
      throw dataCorrupt(
        path,
        `byte ${size}`,
        `it ends within image ${Math.floor(size / IMAGE_BYTES)}, it may be cut short`,
        expected,
      );
    const pixels = new Uint8Array(size);
    const chunk = new Uint8Array(CHUNK * IMAGE_BYTES);
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, size - at), at);
      const whole = bytesRead - (bytesRead % IMAGE_BYTES);
      if (whole === 0) throw dataCorrupt(path, `byte ${at}`, 'it got shorter while it was read', expected);
      for (let from = 0; from < whole; from += IMAGE_BYTES)
        transpose(chunk.subarray(from, from + IMAGE_BYTES), pixels.subarray(at + from, at + from + IMAGE_BYTES));
      at += whole;
    }
    return pixels;
  } finally {
    await file.close();
  }
}

function transpose(planes: Uint8Array, pixels: Uint8Array): void {
  for (let y = 0, to = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) for (let c = 0; c < 3; c++) pixels[to++] = planes[c * PLANE + x * SIDE + y]!;
}
