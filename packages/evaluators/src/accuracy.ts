import type { Estimate, MetricSpec, Rng } from '@mochi/contract';
import { bootstrapMeans, meanOf } from '@mochi/core';

/** Classes from which on top-5 says something that top-1 does not. */
export const TOP5_CLASSES = 10;

export const top1: MetricSpec = { name: 'top1', unit: '%', better: 'higher' };
export const top5: MetricSpec = { name: 'top5', unit: '%', better: 'higher' };

/**
 * Percent of rows whose own class is among the `best` highest scores. A class with a score equal to the own one and a lower number comes first,
 * as argmax has it; a row whose scores are not numbers is a miss.
 *
 * @param scores [rows, classes], row-major. @param labels [rows]
 */
export const accuracy = (scores: ArrayLike<number>, classes: number, labels: Int32Array, best = 1): number =>
  meanOf(hits(scores, classes, labels, best));

/** 100 for each row that `accuracy` counts as right, else 0. */
export function hits(scores: ArrayLike<number>, classes: number, labels: Int32Array, best = 1): Float64Array {
  const right = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const own = scores[row * classes + labels[row]!]!;
    let before = Number.isNaN(own) ? classes : 0;
    for (let c = 0; c < classes; c++) {
      const other = scores[row * classes + c]!;
      if (other > own || (other === own && c < labels[row]!)) before++;
    }
    if (before < best) right[row] = 100;
  }
  return right;
}

/** top1, and top5 where there are classes enough, with intervals over the rows. @param suffix Follows the names. */
export const accuracies = (
  scores: ArrayLike<number>,
  classes: number,
  labels: Int32Array,
  rng: Rng,
  suffix = '',
): Promise<Record<string, Estimate>> =>
  bootstrapMeans(
    {
      [`top1${suffix}`]: hits(scores, classes, labels, 1),
      ...(classes >= TOP5_CLASSES ? { [`top5${suffix}`]: hits(scores, classes, labels, 5) } : {}),
    },
    rng,
  );

/** Mean of -log softmax(scores) at the own class, nats. @param scores [rows, classes], row-major. @param labels [rows] */
export function crossEntropy(scores: ArrayLike<number>, classes: number, labels: Int32Array): number {
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const own = Array.from({ length: classes }, (_, c) => scores[row * classes + c]!);
    const top = Math.max(...own);
    total += top + Math.log(own.reduce((sum, score) => sum + Math.exp(score - top), 0)) - own[labels[row]!]!;
  }
  return total / labels.length;
}
