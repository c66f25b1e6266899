import type { Augmentation, Tensors, ViewSpec } from '@mochi/contract';
import { compile, disposeTree, type Compiled, type MapFunction } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageReader } from './image-reader.js';
import { LargeViews } from './large-views.js';
import { SmallViews } from './small-views.js';
import { traceMap, type TracedMap } from './traced-map.js';
import { drawKeys, viewGroups } from './view-groups.js';

// Names of an element's tensors. `at` is the place in the order, `id` the sample.
export const AT = 'at';
export const ID = 'id';
const keyOf = (view: string): string => `key/${view}`;

/** Sides above this are made image by image. */
const SMALL = 64;

export interface ViewMakerOptions {
  /** Compile random views with XLA: seconds at the start, faster ever after. For a few passes it does not pay. Default true. */
  readonly xla?: boolean;
}

/** One epoch's functions. */
export interface ViewPass {
  /** Within a pipeline, image by image: (at, id) becomes (at, id, and what `finish` needs). */
  readonly map: MapFunction;
  /** The rest, on a batch: (at [B], id [B], and each view under its name, [B, size, size, 3]). Takes the batch over. */
  finish(batch: Tensors): Promise<Tensors>;
}

/**
 * An augmentation as two functions, each traced once for all epochs: one runs inside of a pipeline, image by image; the other is compiled and run
 * on each batch. Within the pipeline TensorFlow would prepare the second anew for every epoch, which takes longer than some epochs; and
 * out here the size of a last, smaller batch is a size like any other and not an unknown one.
 */
export class ViewMaker {
  private readonly groups: readonly (SmallViews | LargeViews)[];
  /** Views that come out of the pipeline as they are to be. */
  private readonly ready: readonly string[];
  private readonly map: TracedMap;
  private readonly rest: Compiled<[Tensors], Tensors>;

  constructor(
    reader: ImageReader,
    augmentation: Augmentation,
    private readonly views: readonly ViewSpec[],
    { xla = true }: ViewMakerOptions = {},
  ) {
    const longest = reader.longestSide();
    this.groups = viewGroups(views).map((group) =>
      group.spec.size <= SMALL ? new SmallViews(augmentation, group, longest) : new LargeViews(augmentation, group),
    );
    const large = this.groups.filter((made) => made instanceof LargeViews);
    this.ready = large.flatMap(({ group }) => group.views.map(({ name }) => name));
    const scalar = { dtype: 'int32', shape: [] } as const;
    const keys = Object.fromEntries(views.map(({ name }) => [keyOf(name), scalar]));
    this.map = traceMap('views', { [ID]: scalar, ...keys }, (element) => this.element(reader, element));
    this.rest = compile((batch: Tensors) => this.batch(batch), {
      name: 'augment',
      xla: xla && views.some(({ draws }) => draws > 0),
      cpu: true,
    });
  }

  pass(seed: number, epoch: number): ViewPass {
    const values = drawKeys(seed, epoch, this.views);
    const keys = (): Tensors =>
      Object.fromEntries(this.views.map(({ name }, at) => [keyOf(name), tf.scalar(values[at]!, 'int32')]));
    const map = (element: Tensors): Tensors => ({
      [AT]: element[AT]!,
      [ID]: element[ID]!,
      ...this.map.call({ ...element, ...keys() }),
    });
    const finish = async ({ [AT]: at, [ID]: id, ...batch }: Tensors): Promise<Tensors> => {
      const ready = Object.fromEntries(this.ready.map((name) => [name, batch[name]!]));
      if (this.ready.length === this.views.length) return { [AT]: at!, [ID]: id!, ...ready };
      const rest = Object.fromEntries(Object.entries({ ...batch, ...keys() }).filter(([name]) => !(name in ready)));
      const made = this.rest.runAsync({ [ID]: id!, ...rest });
      disposeTree(rest);
      return { [AT]: at!, [ID]: id!, ...ready, ...(await made) };
    };
    return { map, finish };
  }

  /** After the pipelines that use its functions. */
  dispose(): void {
    this.rest.dispose();
    this.map.dispose();
    for (const group of this.groups) group.dispose();
  }

  private element(reader: ImageReader, element: Tensors): Tensors {
    const id = element[ID] as tf.Scalar;
    const image = reader.read(id);
    return Object.assign({}, ...this.groups.map((made) => made.element(image, id, keysOf(made, element)))) as Tensors;
  }

  private batch(record: Tensors): Tensors {
    const ids = record[ID] as tf.Tensor1D;
    const small = this.groups.filter((made) => made instanceof SmallViews);
    return Object.assign({}, ...small.map((made) => made.batch(record, ids, keysOf(made, record)))) as Tensors;
  }
}

const keysOf = ({ group }: SmallViews | LargeViews, record: Tensors): tf.Tensor[] =>
  group.views.map(({ name }) => record[keyOf(name)]!);
