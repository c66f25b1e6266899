import type { Point } from './charts.js';

/**
 * Exponential mean of a curve, corrected for its start: s_i = (sum_j w^(i-j) y_j) / (sum_j w^(i-j)), so that the first value is the first reading.
 *
 * @param weight Of what was before, 0 (nothing is smoothed) to below 1.
 */
export function smooth(points: readonly Point[], weight: number): Point[] {
  let [sum, total] = [0, 0];
  return points.map(([x, y]) => {
    sum = weight * sum + y;
    total = weight * total + 1;
    return [x, sum / total] as const;
  });
}

/** At most `most` points, each the mean of equally many readings that follow one another. */
export function thin(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / most);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) => {
    const part = points.slice(at * size, (at + 1) * size);
    const mean = (axis: 0 | 1): number => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}
