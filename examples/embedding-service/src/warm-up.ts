import type { LoadedEncoder } from '@mochi/mochi';

/** One grey pixel, a BMP file. */
const PIXEL = Buffer.from(
  `424d3a0000000000000036000000${'28000000010000000100000001001800000000000400000000000000000000000000000000000000'}80808000`,
  'hex',
);

/**
 * Works on a batch of each power of two up to `maxBatch`, the sizes that batches are filled up to: the first of each compiles the network for it,
 * which is not to fall upon a sender.
 *
 * @returns Milliseconds that each size took.
 */
export async function warmUp(encoder: LoadedEncoder, maxBatch: number): Promise<Map<number, number>> {
  const took = new Map<number, number>();
  for (let size = 1; size < maxBatch * 2; size *= 2) {
    const began = performance.now();
    await encoder.embed(new Array<Uint8Array>(size).fill(PIXEL));
    took.set(size, Math.round(performance.now() - began));
  }
  return took;
}
