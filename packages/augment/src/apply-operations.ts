import * as tf from '@tensorflow/tfjs-core';
import type { PlacedOperation } from './place-operations.js';
import { changeChosen, choose, type PerImage, type Planes } from './planes.js';

/** What one operation makes of its draws. */
interface Drawn {
  /** [B] bool. */
  readonly chosen: tf.Tensor1D;
  readonly parameters: Record<string, tf.Tensor>;
}

/** @param draws [B, sum of the streams' counts] in [0, 1). @param size Side of the view, pixels. */
export function drawOperations(draws: tf.Tensor2D, placed: readonly PlacedOperation[], size: number): Drawn[] {
  if (placed.length === 0) return [];
  const columns = tf.unstack(draws, 1) as PerImage[];
  let at = 0;
  return placed.map(({ op, p, options, stream: { count } }) => {
    const [first, ...own] = columns.slice(at, (at += count)) as [PerImage, ...PerImage[]];
    return { chosen: tf.less(first, p), parameters: op.parameters?.(own, options, size) ?? {} };
  });
}

/**
 * The operations of a view on a batch, one after the other.
 *
 * @param draws [B, sum of the streams' counts] in [0, 1).
 */
export function applyOperations(planes: Planes, draws: tf.Tensor2D, placed: readonly PlacedOperation[]): Planes {
  return tf.tidy(() => {
    const drawn = drawOperations(draws, placed, planes.shape[2]);
    return placed.reduce((x, one, at) => applyOne(x, one, drawn[at]!), tf.clone(planes));
  });
}

function applyOne(planes: Planes, { op, p, options }: PlacedOperation, { chosen, parameters }: Drawn): Planes {
  if (op.choosesItself || p === 1) return op.apply(planes, parameters, options, chosen);
  if (op.cheap) return choose(chosen, op.apply(planes, parameters, options, chosen), planes);
  return changeChosen(chosen, planes, parameters, (x, given) => op.apply(x, given, options, chosen));
}
