import type {
  Augmentation,
  Dataset,
  Encoder,
  EncoderWeights,
  FeatureRequest,
  Features,
  ImageChange,
  Layer,
  SplitSource,
} from '@mochi/contract';
import { compile } from '@mochi/tensorflow';
import type { Compiled } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { openSequential } from '../input/index.js';

export interface FeatureReaderParts {
  readonly dataset: Dataset;
  readonly augmentation: Augmentation;
  readonly encoder: Encoder;
  readonly batchSize: number;
  /** Of the draws of random views. Default 0. */
  readonly seed?: number;
}

type Forward = (weights: EncoderWeights, images: tf.Tensor4D) => { backbone: tf.Tensor; head: tf.Tensor };

/** Features of splits by a frozen encoder, under the `eval` view unless asked otherwise. The forward pass is compiled once and kept. */
export class FeatureReader {
  private readonly forward: Compiled<Parameters<Forward>, ReturnType<Forward>>;

  constructor(private readonly parts: FeatureReaderParts) {
    const forward: Forward = (weights, images) => {
      const { backbone, head } = parts.encoder.apply(weights, images, 'eval');
      return { backbone, head };
    };
    this.forward = compile(forward, { name: 'features' });
  }

  /**
   * @param weights Of the encoder that is asked for. Left as they are.
   * @returns Rows in the order of the split, or of `ids`; samples that cannot be read are left out, so `ids` says which rows there are.
   */
  async read(
    split: string,
    weights: EncoderWeights,
    layer: Layer,
    signal: AbortSignal,
    { view = 'eval', draw = 0, ids: order, change, data }: Omit<FeatureRequest, 'layer' | 'encoder'> = {},
  ): Promise<Features> {
    const { batchSize, seed = 0, dataset } = this.parts;
    const source = await (data ?? dataset).split(split);
    const augmentation = change ? changed(this.parts.augmentation, change) : this.parts.augmentation;
    const stream = openSequential({
      source,
      augmentation,
      view,
      batchSize,
      xla: false,
      seed,
      epoch: draw,
      ...(order ? { order } : {}),
    });
    const rows: Float32Array[] = [];
    const ids: number[] = [];
    try {
      for (let item = await stream.next(); item; item = await stream.next()) {
        signal.throwIfAborted();
        const images = item.batch.views[view]!;
        const outputs = await this.forward.runAsync(weights, images);
        rows.push((await outputs[layer].data()) as Float32Array);
        ids.push(...(await item.batch.ids.data()));
        tf.dispose([outputs, item.batch as unknown as tf.TensorContainer]);
      }
    } finally {
      await stream.dispose();
    }
    return assemble(rows, Int32Array.from(ids), this.parts.encoder.dims[layer], source);
  }

  dispose(): void {
    this.forward.dispose();
  }
}

/** The same views of changed images: the numbers that the change draws come after those of the view. */
function changed(augmentation: Augmentation, change: ImageChange): Augmentation {
  const first = (draws: tf.Tensor2D, count: number) => tf.slice(draws, [0, 0], [-1, count]);
  const drawsOf = (view: string): number => augmentation.views.find(({ name }) => name === view)!.draws;
  return {
    views: augmentation.views.map((spec) => ({ ...spec, draws: spec.draws + change.draws })),
    crop: (sizes, draws, view) => augmentation.crop(sizes, first(draws, drawsOf(view)), view),
    apply: (images, draws, view) => {
      const own = drawsOf(view);
      const rest = tf.slice(draws, [0, own], [-1, change.draws]);
      return augmentation.apply(change.apply(images, rest), first(draws, own), view);
    },
  };
}

function assemble(rows: Float32Array[], ids: Int32Array, dim: number, source: SplitSource): Features {
  const features = new Float32Array(ids.length * dim);
  let at = 0;
  for (const row of rows) {
    features.set(row, at);
    at += row.length;
  }
  const labels = source.labels && Int32Array.from(ids, (id) => source.labels![id]!);
  return { rows: ids.length, dim, features, ids, labels, classes: source.classes };
}
