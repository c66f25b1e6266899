import type { Batch, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { batchNotDivisible } from '../errors.js';

/** @throws MOCHI_ACCUMULATE when a batch of so many images has no such equal parts of two images or more. */
export function requireDivisible(size: number, parts: number): void {
  if (parts > 1 && (size % parts !== 0 || size / parts < 2)) throw batchNotDivisible(size, parts);
}

/**
 * A batch in equal parts, in its order.
 *
 * @throws MOCHI_ACCUMULATE when the parts would not be equal, or smaller than two images.
 */
export function splitBatch({ views, ids, labels }: Batch, parts: number): Batch[] {
  if (parts === 1) return [{ views, ids, ...(labels ? { labels } : {}) }];
  const [size] = ids.shape;
  requireDivisible(size, parts);
  const pieces = <T extends tf.Tensor>(x: T): T[] => tf.split(x, parts) as T[];
  const [ofIds, ofLabels] = [pieces(ids), labels && pieces(labels)];
  const ofViews = Object.entries(views).map(([name, images]) => [name, pieces(images)] as const);
  return ofIds.map((own, at) => ({
    views: Object.fromEntries(ofViews.map(([name, images]) => [name, images[at]!])),
    ids: own,
    ...(ofLabels ? { labels: ofLabels[at]! } : {}),
  }));
}

interface Averaged {
  readonly loss: tf.Scalar;
  readonly gradients: Tensors;
  readonly metrics: Record<string, tf.Scalar>;
}

/** Means over equal parts: those of the whole batch, as far as the loss is a mean over its images. */
export function average(passes: readonly Averaged[]): Averaged {
  const [first] = passes as [Averaged];
  if (passes.length === 1) return first;
  const mean = <T extends tf.Tensor>(of: (pass: Averaged) => T): T => tf.div(tf.addN(passes.map(of)), passes.length) as T;
  const each = <T extends tf.Tensor>(names: string[], of: (pass: Averaged) => Record<string, T>): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, mean((pass) => of(pass)[name]!)]));
  return {
    loss: mean((pass) => pass.loss),
    gradients: each(Object.keys(first.gradients), (pass) => pass.gradients),
    metrics: each(Object.keys(first.metrics), (pass) => pass.metrics),
  };
}
