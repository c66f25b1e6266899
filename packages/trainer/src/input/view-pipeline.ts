import type { Augmentation, Tensors, ViewSpec } from '@mochi/contract';
import { attr, execute, hostRandom, Pipeline, type MapFunction } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { unknownViews } from './errors.js';
import type { ImageReader } from './image-reader.js';

// Names of an element's tensors. `at` is the place in the order, `id` the sample.
const AT = 'at';
const ID = 'id';
const imageOf = (view: string): string => `image/${view}`;
const drawsOf = (view: string): string => `draws/${view}`;

/** What an element becomes: one image per view, with its draws. */
export interface ViewStage {
  readonly augmentation: Augmentation;
  readonly views: readonly ViewSpec[];
  /** A key for each view: its draws depend on that and on the sample's id alone, so no order of threads changes them. */
  readonly keys: readonly number[];
}

/**
 * @param views Names. @throws MOCHI_VIEW_MISSING
 */
export function viewStage(augmentation: Augmentation, views: readonly string[], seed: number, epoch: number): ViewStage {
  const missing = views.filter((name) => !augmentation.views.some((view) => view.name === name));
  if (missing.length > 0) throw unknownViews(missing, augmentation.views.map(({ name }) => name)); // prettier-ignore
  return {
    augmentation,
    views: views.map((name) => augmentation.views.find((view) => view.name === name)!),
    keys: views.map((name) => hostRandom(seed, `draws/epoch-${epoch}/${name}`).integer(2 ** 31)),
  };
}

/** Reads, decodes and crops: (at, id) becomes (at, id, and of each view its image [size, size, 3] and draws). */
export function cropViews(reader: ImageReader, { augmentation, views, keys }: ViewStage): MapFunction {
  return function crop(element) {
    const id = element[ID] as tf.Scalar;
    const image = reader.read(id);
    const made: Tensors = { [AT]: element[AT]!, [ID]: id };
    views.forEach(({ name, size, draws }, at) => {
      const u = uniform(keys[at]!, id, draws);
      made[imageOf(name)] = tf.reshape(augmentation.crop(image, u, name), [size, size, 3]);
      made[drawsOf(name)] = u;
    });
    return made;
  };
}

/** The rest of the augmentation, on the batch: (at [B], id [B], and each view under its name, [B, size, size, 3]). */
export function applyViews({ augmentation, views }: ViewStage): MapFunction {
  return function apply(batch) {
    const made: Tensors = { [AT]: batch[AT]!, [ID]: batch[ID]! };
    for (const { name } of views) {
      made[name] = augmentation.apply(batch[imageOf(name)] as tf.Tensor4D, batch[drawsOf(name)] as tf.Tensor2D, name);
    }
    return made;
  };
}

/** [count] in [0, 1), a function of (key, id). */
function uniform(key: number, id: tf.Scalar, count: number): tf.Tensor1D {
  if (count === 0) return tf.zeros([0]);
  const seed = tf.stack([tf.scalar(key, 'int32'), id]);
  return execute(
    'StatelessRandomUniform',
    [attr.type('dtype', 'float32')],
    [tf.tensor1d([count], 'int32'), seed],
  )[0] as tf.Tensor1D;
}

/** The elements (at, id) of an order from a position on. The tensors belong to the caller. */
export const orderTensors = (order: Int32Array, from: number): Tensors => ({
  [AT]: tf.tensor1d(Int32Array.from({ length: order.length - from }, (_, at) => from + at), 'int32'),
  [ID]: tf.tensor1d(order.slice(from), 'int32'),
}); // prettier-ignore

/** Batches of cropped views, broken images left out. */
export const croppedBatches = (
  elements: Tensors,
  crop: MapFunction,
  batchSize: number,
  parallel: number,
  dropRemainder: boolean,
): Pipeline => Pipeline.fromTensors(elements).map(crop, { parallel }).skipErrors().batch(batchSize, { dropRemainder });

/** A finished batch taken apart. */
export function partsOf(record: Tensors): { at: tf.Tensor1D; ids: tf.Tensor1D; views: Record<string, tf.Tensor4D> } {
  const { [AT]: at, [ID]: ids, ...views } = record;
  return { at: at as tf.Tensor1D, ids: ids as tf.Tensor1D, views: views as Record<string, tf.Tensor4D> };
}

/** The element of one sample, as `cropViews` gets it. */
export const elementOf = (at: number, id: number): Tensors => ({ [AT]: tf.scalar(at, 'int32'), [ID]: tf.scalar(id, 'int32') });
