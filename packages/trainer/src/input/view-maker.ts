import type { Augmentation, Tensors, ViewSpec } from '@mochi/contract';
import { attr, compile, disposeTree, execute, hostRandom, type Compiled, type MapFunction } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { unknownViews } from './errors.js';
import type { ImageReader } from './image-reader.js';
import { traceMap, type TracedMap } from './traced-map.js';

// Names of an element's tensors. `at` is the place in the order, `id` the sample.
export const AT = 'at';
export const ID = 'id';
const keyOf = (view: string): string => `key/${view}`;
const imageOf = (view: string): string => `image/${view}`;
const drawsOf = (view: string): string => `draws/${view}`;

/** @throws MOCHI_VIEW_MISSING */
export function viewSpecs(augmentation: Augmentation, views: readonly string[]): ViewSpec[] {
  const found = views.map((name) => augmentation.views.find((view) => view.name === name));
  const missing = views.filter((_, at) => !found[at]);
  if (missing.length > 0) throw unknownViews(missing, augmentation.views.map(({ name }) => name)); // prettier-ignore
  return found as ViewSpec[];
}

/**
 * The two halves of an augmentation, each traced once for all epochs: the crop runs inside of a pipeline, image by image; the rest is a
 * compiled function that is run on each batch. Within the pipeline TensorFlow would prepare it anew for every epoch, which takes longer than
 * some epochs; and out here the size of a last, smaller batch is a size like any other and not an unknown one.
 */
export class ViewMaker {
  private readonly crop: TracedMap;
  private readonly rest: Compiled<[Tensors], Tensors>;

  constructor(
    reader: ImageReader,
    private readonly augmentation: Augmentation,
    private readonly views: readonly ViewSpec[],
  ) {
    const scalar = { dtype: 'int32', shape: [] } as const;
    const keys = Object.fromEntries(views.map(({ name }) => [keyOf(name), scalar]));
    this.crop = traceMap('crop', { [ID]: scalar, ...keys }, (element) => this.cropViews(reader, element));
    this.rest = compile((cropped: Tensors) => this.applyViews(cropped), { name: 'augment' });
  }

  /**
   * Reads, decodes and crops: (at, id) becomes (at, id, and of each view its image [size, size, 3] and draws). A view's draws depend on
   * (seed, epoch, view) and on the sample's id alone, so no order of threads changes them.
   */
  cropOf(seed: number, epoch: number): MapFunction {
    const keys = this.views.map(({ name }) => hostRandom(seed, `draws/epoch-${epoch}/${name}`).integer(2 ** 31));
    return (element) => {
      const keyed = Object.fromEntries(this.views.map(({ name }, at) => [keyOf(name), tf.scalar(keys[at]!, 'int32')]));
      return { [AT]: element[AT]!, [ID]: element[ID]!, ...this.crop.call({ ...element, ...keyed }) };
    };
  }

  /** The rest of the augmentation: (at [B], id [B], and each view under its name, [B, size, size, 3]). Takes the batch over. */
  async finish({ [AT]: at, [ID]: ids, ...cropped }: Tensors): Promise<Tensors> {
    const views = await this.rest.runAsync(cropped);
    disposeTree(cropped);
    return { [AT]: at!, [ID]: ids!, ...views };
  }

  /** After the pipelines that use its functions. */
  dispose(): void {
    this.crop.dispose();
    this.rest.dispose();
  }

  private applyViews(cropped: Tensors): Tensors {
    const apply = ({ name }: ViewSpec): tf.Tensor4D =>
      this.augmentation.apply(cropped[imageOf(name)] as tf.Tensor4D, cropped[drawsOf(name)] as tf.Tensor2D, name);
    return Object.fromEntries(this.views.map((view) => [view.name, apply(view)]));
  }

  private cropViews(reader: ImageReader, element: Tensors): Tensors {
    const id = element[ID] as tf.Scalar;
    const image = reader.read(id);
    const made: Tensors = {};
    for (const { name, size, draws } of this.views) {
      const u = uniform(element[keyOf(name)] as tf.Scalar, id, draws);
      made[imageOf(name)] = tf.reshape(this.augmentation.crop(image, u, name), [size, size, 3]);
      made[drawsOf(name)] = u;
    }
    return made;
  }
}

/** [count] in [0, 1), a function of (key, id). */
function uniform(key: tf.Scalar, id: tf.Scalar, count: number): tf.Tensor1D {
  if (count === 0) return tf.zeros([0]);
  const seed = tf.stack([key, id]);
  return execute(
    'StatelessRandomUniform',
    [attr.type('dtype', 'float32')],
    [tf.tensor1d([count], 'int32'), seed],
  )[0] as tf.Tensor1D;
}
