import type { RunLengths } from '@mochi/contract';

/**
 * Run lengths out of the string that COCO packs them in: six bits a character from '0' on, five of them of a number, low ones first, the
 * sixth saying that more follow; from the fourth run on, numbers are the difference from the run two before.
 *
 * @throws RangeError where it ends within a number, or the runs are not height x width pixels.
 * @see rleFrString in the COCO API, maskApi.c
 */
export function unpackRuns(text: string, height: number, width: number): RunLengths {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let value = 0;
    let more = true;
    for (let shift = 0; more; shift += 5) {
      if (at >= text.length) throw new RangeError('the packed runs end within a number');
      const six = text.charCodeAt(at++) - 48;
      value |= (six & 0x1f) << shift;
      more = (six & 0x20) !== 0;
      if (!more && (six & 0x10) !== 0) value |= -1 << (shift + 5);
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2]! : value);
  }
  return checkedRuns(counts, height, width);
}

/** @throws RangeError where the runs are not height x width pixels. */
export function checkedRuns(counts: readonly number[], height: number, width: number): RunLengths {
  let sum = 0;
  for (const count of counts) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`a run of ${count} pixels`);
    sum += count;
  }
  if (sum !== height * width) throw new RangeError(`runs of ${sum} pixels together, of an image of ${height} x ${width}`);
  return { height, width, counts: Uint32Array.from(counts) };
}

/** The pixels that any of the masks covers. All are of one size, and there is at least one. */
export function unionOf(masks: readonly RunLengths[]): RunLengths {
  if (masks.length === 1) return masks[0]!;
  const { height, width } = masks[0]!;
  const covered = new Uint8Array(height * width);
  for (const { counts } of masks) {
    let at = 0;
    counts.forEach((count, run) => {
      if (run % 2 === 1) covered.fill(1, at, at + count);
      at += count;
    });
  }
  return runsOf(covered, height, width);
}

/** Run lengths of a mask that stands column by column, one byte a pixel, 0 or 1. */
export function runsOf(covered: Uint8Array, height: number, width: number): RunLengths {
  const counts: number[] = [];
  let from = 0;
  for (let at = 0, value = 0; at < covered.length; at++) {
    if (covered[at] === value) continue;
    counts.push(at - from);
    from = at;
    value = covered[at]!;
  }
  counts.push(covered.length - from);
  return { height, width, counts: Uint32Array.from(counts) };
}
