import type { RunLengths } from '@mochi/contract';

/** Points along an edge are this much finer than pixels. */
const FINE = 5;
/** The outline is drawn point by point. */
const FARTHEST = 1e6;

/**
 * The pixels within a polygon, exactly as the COCO API decides them: its outline is drawn on a grid five times finer, and the points where
 * it crosses the middle of a pixel's column begin and end the runs.
 *
 * @param corners x, y, x, y, ... in pixels; the last corner is joined to the first.
 * @throws RangeError for a corner that is a million pixels away, or no number.
 * @see rleFrPoly in the COCO API, maskApi.c
 */
export function polygonRuns(corners: readonly number[], height: number, width: number): RunLengths {
  for (const side of corners) if (!(Math.abs(side) <= FARTHEST)) throw new RangeError(`a corner of its polygon is at ${side}`);
  const { x, y } = outline(corners);
  const crossings = [...columnCrossings(x, y, height, width), height * width].sort((a, b) => a - b);
  const gaps = crossings.map((at, index) => at - (crossings[index - 1] ?? 0));
  const counts = [gaps[0]!];
  for (let at = 1; at < gaps.length;) {
    if (gaps[at]! > 0) counts.push(gaps[at++]!);
    else {
      // A run of no pixels: those on both sides of it are one.
      if (at + 1 < gaps.length) counts[counts.length - 1]! += gaps[at + 1]!;
      at += 2;
    }
  }
  return { height, width, counts: Uint32Array.from(counts) };
}

/** Dense points along the outline, on the fine grid. */
function outline(corners: readonly number[]): { x: number[]; y: number[] } {
  const count = corners.length / 2;
  const fine = (at: number): number => Math.trunc(FINE * corners[at]! + 0.5);
  const [x, y]: [number[], number[]] = [[], []];
  for (let corner = 0; corner < count; corner++) {
    const next = (corner + 1) % count;
    let [xs, ys, xe, ye] = [fine(2 * corner), fine(2 * corner + 1), fine(2 * next), fine(2 * next + 1)];
    const [dx, dy] = [Math.abs(xe - xs), Math.abs(ys - ye)];
    const flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye); // edges are walked in the order given, computed from their lesser end
    if (flip) [xs, xe, ys, ye] = [xe, xs, ye, ys];
    const steps = Math.max(dx, dy);
    const slope = steps === 0 ? 0 : dx >= dy ? (ye - ys) / dx : (xe - xs) / dy;
    for (let step = 0; step <= steps; step++) {
      const t = flip ? steps - step : step;
      x.push(dx >= dy ? t + xs : Math.trunc(xs + slope * t + 0.5));
      y.push(dx >= dy ? Math.trunc(ys + slope * t + 0.5) : t + ys);
    }
  }
  return { x, y };
}

/** Places, column by column, where the outline crosses the middle of a column of pixels. */
function columnCrossings(x: readonly number[], y: readonly number[], height: number, width: number): number[] {
  const crossings: number[] = [];
  for (let at = 1; at < x.length; at++) {
    if (x[at] === x[at - 1]) continue;
    const column = ((x[at]! < x[at - 1]! ? x[at]! : x[at]! - 1) + 0.5) / FINE - 0.5;
    if (Math.floor(column) !== column || column < 0 || column > width - 1) continue;
    const row = (Math.min(y[at]!, y[at - 1]!) + 0.5) / FINE - 0.5;
    crossings.push(column * height + Math.ceil(Math.min(Math.max(row, 0), height)));
  }
  return crossings;
}
