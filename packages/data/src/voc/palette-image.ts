import { readFile } from 'node:fs/promises';
import type { RunLengths } from '@mochi/contract';
import { dataCorrupt } from '../file-errors.js';
import { runsOf } from '../masks/run-lengths.js';

export interface PaletteImage {
  readonly height: number;
  readonly width: number;
  /** Places in the palette, not colours; row-major [height, width]. */
  readonly indices: Uint8Array;
}

/** What the input pipeline decodes at most. */
const MOST_PIXELS = 2 ** 26;

/** A PNG whose palette indices (or grey values) are labels. @throws MOCHI_DATA_CORRUPT where it is missing, broken or has colours. */
export async function readPaletteImage(path: string): Promise<PaletteImage> {
  const expected = 'a PNG of 8 bits with a palette, or grey: each pixel an object or a class';
  let image;
  try {
    const bytes = await readFile(path);
    const [claimedWidth, claimedHeight] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    if (claimedWidth * claimedHeight > MOST_PIXELS) throw new RangeError(`it claims ${claimedHeight} x ${claimedWidth} pixels`);
    image = (await import('fast-png')).decode(bytes); // late: few runs need it
  } catch (cause) {
    throw dataCorrupt(path, 'byte 0', (cause as Error).message, expected, cause);
  }
  const { width, height, channels, depth, data } = image;
  if (channels !== 1 || depth !== 8) throw dataCorrupt(path, 'byte 25', `it has ${channels} channels of ${depth} bits`, expected);
  return { height, width, indices: new Uint8Array(data) };
}

/** The pixels of one value, as run lengths down the columns. */
export function runsOfValue({ height, width, indices }: PaletteImage, value: number): RunLengths {
  const columns = new Uint8Array(height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) columns[x * height + y] = indices[at++] === value ? 1 : 0;
  return runsOf(columns, height, width);
}
