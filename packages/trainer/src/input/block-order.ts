import type { ImageStore } from '@mochi/contract';
import { hostRandom } from '@mochi/tensorflow';

/** How far apart on the disk the images of a batch may be. */
export interface BlockShuffle {
  /** Images that lie together are taken as blocks of about this size, never of two files. */
  readonly blockMiB: number;
  /** Blocks whose images are shuffled together: what must be near at one time is this many blocks. */
  readonly atOnce: number;
}

/**
 * Where each block of a store begins, and its end: rising, the first 0, the last the number of images. Images that are not ranges of
 * larger files are one block.
 */
export function blockStarts(images: ImageStore, length: number, blockMiB: number): Int32Array {
  if (images.kind !== 'ranges' || length === 0) return Int32Array.of(0, length);
  const starts = [0];
  let bytes = 0;
  for (let at = 0; at < length; at++) {
    const apart = at > 0 && images.file[at] !== images.file[at - 1];
    if (apart || (bytes > 0 && bytes + images.length[at]! > blockMiB * 2 ** 20)) {
      starts.push(at);
      bytes = 0;
    }
    bytes += images.length[at]!;
  }
  return Int32Array.from([...starts, length]);
}

/**
 * An order of an epoch that reads few places of a disk at a time: the blocks in a random order, and the images of each `atOnce` blocks in
 * a random order. Depends on (seed, epoch) alone, as the order of samples does: nothing is buffered, so a run resumes at any place.
 *
 * @param starts See {@link blockStarts}. @returns Every index once.
 */
export function blockOrder(starts: Int32Array, atOnce: number, seed: number, epoch: number): Int32Array {
  const count = starts.length - 1;
  const order = new Int32Array(starts[count]!);
  const blocks = hostRandom(seed, `order/epoch-${epoch}/blocks`).permutation(count);
  let at = 0;
  for (let first = 0; first < count; first += atOnce) {
    const together = [...blocks.subarray(first, first + atOnce)].flatMap((block) => rangeOf(starts[block]!, starts[block + 1]!));
    const within = hostRandom(seed, `order/epoch-${epoch}/from-${first}`).permutation(together.length);
    for (const place of within) order[at++] = together[place]!;
  }
  return order;
}

const rangeOf = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
