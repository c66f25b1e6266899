import { writeFile } from 'node:fs/promises';
import type { Neighbours } from '@mochi/evaluators';
import { decodeImage, execute, nativeTensor, readFile } from '@mochi/tensorflow';
import type { SplitSource } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { COPY_SIZE, pathOf } from './edit-copies.js';

const BORDER = 3;
const CELL = COPY_SIZE + 2 * BORDER;
const GAP = 10;
const WHITE = [255, 255, 255] as const;
const GREEN = [26, 158, 74] as const;

export interface SheetOptions {
  readonly rows: number;
  /** Queries side by side in a row of the sheet. */
  readonly columns: number;
}

/**
 * Writes queries (left) with their five nearest originals as a PNG; the true original has a green frame. The queries are every so-manieth one,
 * not chosen.
 */
export async function writeContactSheet(
  path: string,
  copies: SplitSource,
  originals: SplitSource,
  nearest: Neighbours,
  { rows, columns }: SheetOptions,
): Promise<void> {
  const panel = (1 + nearest.k) * CELL + GAP; // query, gap, neighbours
  const [width, height] = [columns * (panel + GAP) - GAP, rows * CELL];
  const canvas = new Uint8Array(width * height * 3).fill(255);
  const count = rows * columns;
  for (let place = 0; place < count; place++) {
    const query = Math.floor((place * nearest.queries) / count);
    const [left, top] = [(place % columns) * (panel + GAP), Math.floor(place / columns) * CELL];
    draw(canvas, width, left, top, copyPixels(copies, query), WHITE);
    for (let rank = 0; rank < nearest.k; rank++) {
      const row = nearest.indices[query * nearest.k + rank]!;
      draw(
        canvas,
        width,
        left + GAP + (1 + rank) * CELL,
        top,
        await originalPixels(originals, row),
        row === query ? GREEN : WHITE,
      );
    }
  }
  await writeFile(path, await encodePng(canvas, height, width));
}

function draw(
  canvas: Uint8Array,
  width: number,
  left: number,
  top: number,
  pixels: Uint8Array,
  frame: readonly [number, number, number],
): void {
  for (let y = 0; y < CELL; y++) {
    for (let x = 0; x < CELL; x++) {
      const [px, py] = [x - BORDER, y - BORDER];
      const inside = px >= 0 && py >= 0 && px < COPY_SIZE && py < COPY_SIZE;
      const from = 3 * (py * COPY_SIZE + px);
      canvas.set(inside ? pixels.subarray(from, from + 3) : frame, 3 * ((top + y) * width + left + x));
    }
  }
}

function copyPixels({ images }: SplitSource, index: number): Uint8Array {
  if (images.kind !== 'pixels') throw new Error('The copies are expected to be pixels.');
  const size = images.height * images.width * 3;
  return images.pixels.subarray(index * size, (index + 1) * size);
}

async function originalPixels(originals: SplitSource, index: number): Promise<Uint8Array> {
  const image = tf.tidy(() => decodeImage(readFile(tf.scalar(pathOf(originals, index), 'string'))));
  const pixels = Uint8Array.from(await image.data());
  image.dispose();
  return pixels;
}

async function encodePng(pixels: Uint8Array, height: number, width: number): Promise<Uint8Array> {
  const image = nativeTensor(pixels, [height, width, 3], 'uint8');
  const [encoded] = execute('EncodePng', [], [image]);
  const [bytes] = (await encoded!.bytes()) as unknown as Uint8Array[];
  tf.dispose([image, encoded!]);
  return bytes!;
}
