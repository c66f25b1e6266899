import { stat } from 'node:fs/promises';
import type { Augmentation, Encoder, EncoderWeights, Layer, Preprocessing } from '@mochi/contract';
import { evalTransform } from '@mochi/augment';
import { ARCHITECTURES, readFileMetadata, resnet, type ResnetName, type ResnetOptions } from '@mochi/encoders';
import { createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import { requireImages, requireLayer, requireOptions, requirePath } from '../check-arguments.js';
import { encoderDisposed, noEncoderIn, weightsWithoutEncoder } from '../errors.js';
import { encoderWeights, openEncoder } from '../open-encoder.js';
import { OPEN_OPTIONS, type OpenOptions } from '../open-run.js';
import { ImageEmbedder } from './image-embedder.js';
import { preprocessingOf } from './preprocessing.js';

export interface LoadEncoderOptions extends OpenOptions {
  /** `query` (default) or `key`, of a run. */
  readonly which?: string;
  /** Of a weights file that does not say it: the section `encoder` of a config, e.g. `{ name: 'resnet50', head: { kind: 'linear', dim: 1000 } }`. */
  readonly encoder?: Readonly<{ name: string } & Record<string, unknown>>;
  /** Of a weights file that does not say it: side of the images, pixels. Default 224. Mean and deviation are ImageNet's then. */
  readonly size?: number;
}

const OPTIONS: Readonly<Record<keyof LoadEncoderOptions, true>> = { which: true, encoder: true, size: true, ...OPEN_OPTIONS };

export interface EmbedImagesOptions {
  /** Default: backbone, which transfers best. */
  readonly layer?: Layer;
}

/** A trained encoder, ready for images. */
export interface LoadedEncoder {
  readonly name: string;
  readonly dims: Readonly<Record<Layer, number>>;
  readonly preprocessing: Preprocessing;
  /**
   * Features of images, in their order, not normalised.
   *
   * @param images Paths, or whole files in memory (JPEG, PNG, GIF, BMP, WebP).
   * @throws MOCHI_IMAGE_UNREADABLE for the first that cannot be read; MOCHI_ARGUMENT, MOCHI_ENCODER_DISPOSED
   */
  embed(images: readonly (string | Uint8Array)[], options?: EmbedImagesOptions): Promise<Float32Array[]>;
  /** The same for images of several senders: one that cannot be read spoils no other. */
  embedSettled(
    images: readonly (string | Uint8Array)[],
    options?: EmbedImagesOptions,
  ): Promise<PromiseSettledResult<Float32Array>[]>;
  /** Waits for what is under way. */
  dispose(): Promise<void>;
}

/**
 * Loads an encoder, to embed images in a program of one's own. Starts TensorFlow, once for the process.
 *
 * @param path A run folder or checkpoint, a config with `encoder.weights`, what `mochi export --format torchvision` wrote, or another weights
 *   file with `options.encoder`.
 * @throws MOCHI_ARGUMENT, MOCHI_CHECKPOINT_MISSING, MOCHI_WEIGHTS_*, MOCHI_PICKLE_REFUSED
 */
export async function loadEncoder(path: string, options: LoadEncoderOptions = {}): Promise<LoadedEncoder> {
  requirePath('loadEncoder', path);
  requireOptions('loadEncoder', options, OPTIONS);
  const isConfig = /\.(ya?ml|jsonc?|[cm]?[jt]s)$/i.test(path);
  if (!isConfig && (WEIGHTS.test(path) || (await isFile(path)))) {
    if (!WEIGHTS.test(path) && !options.encoder) throw noEncoderIn(path);
    return fromWeights(path, options);
  }
  const opened = await openEncoder(path, options);
  try {
    return ready(opened.encoder, encoderWeights(opened, options.which), opened.augmentation, () => opened.dispose());
  } catch (error) {
    await opened.dispose();
    throw error;
  }
}

async function fromWeights(file: string, { encoder: section, size }: LoadEncoderOptions): Promise<LoadedEncoder> {
  await startTensorFlow();
  const stated = statedIn(file);
  const { name, ...rest } = section ?? stated.encoder ?? {};
  if (typeof name !== 'string' || !(name in ARCHITECTURES)) throw weightsWithoutEncoder(file, Object.keys(ARCHITECTURES));
  const encoder = resnet(name as ResnetName, { ...(rest as ResnetOptions), weights: file });
  const weights = encoder.init(createRng(0, 'encoder'));
  const { preprocessing } = stated;
  const statistics = preprocessing ? { mean: preprocessing.mean, std: preprocessing.std } : {};
  const augmentation = evalTransform(size ?? preprocessing?.size ?? 224, statistics);
  return ready(encoder, weights, augmentation, async () => disposeTree(weights));
}

const WEIGHTS = /\.(safetensors|pth|pt|tar|bin)$/i;

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** What an export of ours says of itself; nothing for files of others. */
function statedIn(file: string): { encoder?: Record<string, unknown>; preprocessing?: Preprocessing } {
  if (!file.endsWith('.safetensors')) return {};
  const metadata = readFileMetadata(file);
  const parsed = (name: string): unknown => (metadata[name] === undefined ? undefined : JSON.parse(metadata[name]));
  const { dims: _, ...encoder } = (parsed('mochi.encoder') ?? {}) as Record<string, unknown>;
  return { encoder, preprocessing: parsed('mochi.preprocessing') as Preprocessing };
}

function ready(
  encoder: Encoder,
  weights: EncoderWeights,
  augmentation: Augmentation,
  release: () => Promise<void>,
): LoadedEncoder {
  const embedder = new ImageEmbedder(encoder, weights, augmentation);
  const underWay = new Set<Promise<unknown>>();
  let disposed: Promise<void> | undefined;
  const embedSettled: LoadedEncoder['embedSettled'] = async (images, options = {}) => {
    if (disposed) throw encoderDisposed(encoder.name);
    requireImages(images);
    requireOptions('embed', options, { layer: true });
    const { layer = 'backbone' } = options;
    requireLayer(layer);
    const working = embedder.embed(images, layer);
    underWay.add(working);
    return working.finally(() => underWay.delete(working));
  };
  return {
    name: encoder.name,
    dims: encoder.dims,
    preprocessing: preprocessingOf(augmentation),
    embedSettled,
    async embed(images, options) {
      const results = await embedSettled(images, options);
      return results.map((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
    },
    dispose() {
      return (disposed ??= Promise.allSettled(underWay).then(() => {
        embedder.dispose();
        return release();
      }));
    },
  };
}
