import { readFile } from 'node:fs/promises';
import type { Augmentation, Encoder, EncoderWeights, Layer } from '@mochi/contract';
import { requireFinite } from '@mochi/evaluators';
import { compile, decodePixels, imageSize, nativeTensor, resizeBox, type Compiled } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { imageUnreadable } from '../errors.js';

const VIEW = 'eval';
/** Images that are held and computed at a time: what a long list needs of memory, and the largest batch that is traced. */
const BATCH = 64;

type Forward = Compiled<[EncoderWeights, tf.Tensor4D], { backbone: tf.Tensor2D; head: tf.Tensor2D }>;

/** Images to features, with everything compiled once: for programs that get a few images at a time. */
export class ImageEmbedder {
  private readonly view: Compiled<[tf.Tensor], tf.Tensor4D>;
  private readonly forward: Forward;

  constructor(
    encoder: Encoder,
    private readonly weights: EncoderWeights,
    augmentation: Augmentation,
  ) {
    this.view = compile((file: tf.Tensor) => evalView(file, augmentation), { name: 'eval-view', cpu: true });
    this.forward = compile(
      (given: EncoderWeights, images: tf.Tensor4D) => {
        const { backbone, head } = encoder.apply(given, images, 'eval');
        return { backbone, head };
      },
      { name: 'embed' },
    );
  }

  /** @returns For each image its features, or MOCHI_IMAGE_UNREADABLE or MOCHI_FEATURES_NOT_FINITE. */
  async embed(images: readonly (string | Uint8Array)[], layer: Layer): Promise<PromiseSettledResult<Float32Array>[]> {
    const results: PromiseSettledResult<Float32Array>[] = [];
    for (let first = 0; first < images.length; first += BATCH)
      results.push(...(await this.batch(images.slice(first, first + BATCH), first, layer)));
    return results;
  }

  private async batch(
    images: readonly (string | Uint8Array)[],
    first: number,
    layer: Layer,
  ): Promise<PromiseSettledResult<Float32Array>[]> {
    const views = await Promise.allSettled(images.map((image, at) => this.read(image, first + at)));
    const readable = views.flatMap((view) => (view.status === 'fulfilled' ? [view.value] : []));
    const rows = readable.length > 0 ? await this.features(readable, layer) : [];
    let row = 0;
    return views.map((view, at) => (view.status === 'fulfilled' ? numbers(rows[row++]!, nameOf(images[at]!, first + at)) : view));
  }

  dispose(): void {
    this.view.dispose();
    this.forward.dispose();
  }

  private async read(image: string | Uint8Array, at: number): Promise<tf.Tensor4D> {
    const name = nameOf(image, at);
    const bytes = typeof image === 'string' ? await readFile(image).catch((cause: unknown) => unreadable(name, cause)) : image;
    requireImage(name, bytes);
    const file = nativeTensor([bytes], [], 'string');
    try {
      return await this.view.runAsync(file).catch((cause: unknown) => unreadable(name, cause));
    } finally {
      file.dispose();
    }
  }

  /** Batches are filled up to a power of two: a compiled function is traced for each size. Takes the views over. */
  private async features(views: readonly tf.Tensor4D[], layer: Layer): Promise<Float32Array[]> {
    const size = 2 ** Math.ceil(Math.log2(views.length));
    const batch = tf.tidy(() => {
      const [, ...sides] = views[0]!.shape;
      const filler = size > views.length ? [tf.zeros<tf.Rank.R4>([size - views.length, ...sides])] : [];
      return tf.concat<tf.Tensor4D>([...views, ...filler]);
    });
    tf.dispose(views as tf.Tensor4D[]);
    const outputs = await this.forward.runAsync(this.weights, batch);
    const values = (await outputs[layer].data()) as Float32Array;
    const dim = outputs[layer].shape[1];
    tf.dispose([batch, outputs.backbone, outputs.head]);
    return views.map((_, row) => values.slice(row * dim, (row + 1) * dim));
  }
}

const nameOf = (image: string | Uint8Array, at: number): string =>
  typeof image === 'string' ? image : `number ${at} of the list`;

function numbers(features: Float32Array, name: string): PromiseSettledResult<Float32Array> {
  try {
    requireFinite({ rows: 1, dim: features.length, features }, `the image ${name}`);
    return { status: 'fulfilled', value: features };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

function unreadable(name: string, cause: unknown): never {
  throw imageUnreadable(name, cause);
}

/** First bytes of JPEG, PNG, GIF, BMP and WebP. */
const KINDS = ['ffd8ff', '89504e47', '47494638', '424d', '52494646'];

function requireImage(name: string, bytes: Uint8Array): void {
  if (bytes.length === 0) throw imageUnreadable(name, 'it is empty');
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.length)).toString('hex');
  if (KINDS.some((kind) => head.startsWith(kind))) return;
  throw imageUnreadable(name, `its first bytes are ${head.match(/../g)!.join(' ')}, with which no image of these kinds begins`);
}

/** The eval view of an encoded image, [1, size, size, 3]. Traced. */
function evalView(file: tf.Tensor, augmentation: Augmentation): tf.Tensor4D {
  const { size, draws, sees } = augmentation.views.find(({ name }) => name === VIEW)!;
  return tf.tidy(() => {
    const image = decodePixels(file);
    const { height, width } = imageSize(image);
    const sizes = tf.cast(tf.reshape(tf.stack([height, width]), [1, 2]), 'float32') as tf.Tensor2D;
    const none = tf.zeros([1, draws]) as tf.Tensor2D;
    const box = tf.reshape(augmentation.crop(sizes, none, VIEW), [4]) as tf.Tensor1D;
    const pixels = tf.clipByValue(tf.floor(tf.add(resizeBox(image, box, size, sees), 0.5)), 0, 255); // whole numbers, as in training
    return augmentation.apply(tf.expandDims(pixels) as tf.Tensor4D, none, VIEW);
  });
}
