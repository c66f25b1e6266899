import type { Augmentation, ViewSpec } from '@mochi/contract';
import { createRng, hashText, hostRandom } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { unknownViews } from './errors.js';

/** Views of one size and recipe: they are made together. */
export interface ViewGroup {
  readonly views: readonly ViewSpec[];
  /** What they share; calls of the augmentation go by its name. */
  readonly spec: ViewSpec;
}

/** @throws MOCHI_VIEW_MISSING */
export function viewSpecs(augmentation: Augmentation, views: readonly string[]): ViewSpec[] {
  const found = views.map((name) => augmentation.views.find((view) => view.name === name));
  const missing = views.filter((_, at) => !found[at]);
  if (missing.length > 0) throw unknownViews(missing, augmentation.views.map(({ name }) => name)); // prettier-ignore
  return found as ViewSpec[];
}

/** Views in groups, in the order of their first ones. */
export function viewGroups(specs: readonly ViewSpec[]): ViewGroup[] {
  const groups = new Map<string, ViewSpec[]>();
  for (const spec of specs) {
    const { recipe, name, size, streams, draws, sees } = spec;
    const key = JSON.stringify(recipe === undefined ? { name } : { recipe, size, draws, streams, sees });
    groups.set(key, [...(groups.get(key) ?? []), spec]);
  }
  return [...groups.values()].map((views) => ({ views, spec: views[0]! }));
}

/** The keys of the draws of an epoch, one for each view: a function of (seed, epoch, view). */
export const drawKeys = (seed: number, epoch: number, views: readonly ViewSpec[]): number[] =>
  views.map(({ name }) => hostRandom(seed, `draws/epoch-${epoch}/${name}`).integer(2 ** 31));

/** Where the draws of a view stand in the sequence of a sample: each stream begins at a place that its name decides. */
function placesOf({ draws, streams = [] }: ViewSpec): Uint32Array {
  if (streams.length === 0) return Uint32Array.from({ length: draws }, (_, place) => place);
  const places = streams.flatMap(({ name, count }) => Array.from({ length: count }, (_, place) => hashText(name) + place));
  return Uint32Array.from(places); // past 2^32 it goes on at 0
}

/**
 * The draws of a group, each a function of (key, id, stream) alone: no order of threads changes them, and no other stream.
 *
 * @param ids [B] int32. @param keys One int32 scalar for each view of the group. @returns [V * B, draws], view after view.
 */
export function drawsOf({ views, spec }: ViewGroup, ids: tf.Tensor1D, keys: readonly tf.Tensor[]): tf.Tensor2D {
  if (spec.draws === 0) return tf.zeros([views.length * ids.shape[0], 0]);
  const places = placesOf(spec);
  const each = keys.map((key) =>
    createRng(0, 'draws', key as tf.Scalar)
      .perSample(ids)
      .at(places),
  );
  return tf.concat(each, 0) as tf.Tensor2D;
}
