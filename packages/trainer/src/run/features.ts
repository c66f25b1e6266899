import type { Augmentation, Dataset, Encoder, EncoderWeights, Features, Layer } from '@mochi/contract';
import { compile } from '@mochi/tensorflow';
import type { Compiled } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { openSequential } from '../input/index.js';

export interface FeatureOptions {
  readonly layer?: Layer;
  /** `query` or `key`. */
  readonly encoder?: string;
}

export interface FeatureReaderParts {
  readonly dataset: Dataset;
  readonly augmentation: Augmentation;
  readonly encoder: Encoder;
  readonly batchSize: number;
}

type Forward = (weights: EncoderWeights, images: tf.Tensor4D) => { backbone: tf.Tensor; head: tf.Tensor };

/** Features of whole splits under the `eval` view, by a frozen encoder. The forward pass is compiled once and kept. */
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
   * @returns Rows in the order of the split; samples that cannot be read are left out, so `ids` says which rows there are.
   */
  async read(split: string, weights: EncoderWeights, layer: Layer, signal: AbortSignal): Promise<Features> {
    const source = await this.parts.dataset.split(split);
    const { augmentation, batchSize } = this.parts;
    const stream = openSequential({ source, augmentation, view: 'eval', batchSize });
    const rows: Float32Array[] = [];
    const ids: number[] = [];
    try {
      for (let item = await stream.next(); item; item = await stream.next()) {
        signal.throwIfAborted();
        const images = item.batch.views['eval']!;
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

function assemble(
  rows: Float32Array[],
  ids: Int32Array,
  dim: number,
  source: { labels?: Int32Array; classes?: readonly string[] },
): Features {
  const features = new Float32Array(ids.length * dim);
  let at = 0;
  for (const row of rows) {
    features.set(row, at);
    at += row.length;
  }
  const labels = source.labels && Int32Array.from(ids, (id) => source.labels![id]!);
  return { rows: ids.length, dim, features, ids, labels, classes: source.classes };
}
