import type { Rgb } from '@mochi/augment';
import type { Layer, Preprocessing } from '@mochi/contract';
import { disposeTree } from '@mochi/tensorflow';
import { requireImages, requireLayer, requireNone, requireOptions, requirePath } from '../check-arguments.js';
import { encoderDisposed, noEncoderIn, noHead } from '../errors.js';
import { encoderWeights, openEncoder } from '../open-encoder.js';
import { OPEN_OPTIONS, type OpenOptions } from '../open-run.js';
import { isFile, WEIGHTS } from '../open-trained.js';
import { anything, partialEntry, text, threeNumbers, wholeFrom, type OptionKind } from '../option-kinds.js';
import { encoderOfFile, type EncoderOfFile } from './encoder-of-file.js';
import { ImageEmbedder } from './image-embedder.js';
import { preprocessingOf } from './preprocessing.js';

export interface LoadEncoderOptions extends Omit<OpenOptions, 'onEvent'> {
  /** `query` (default) or `key`, of a run. */
  readonly which?: string;
  /**
   * Of a weights file: the section `encoder` of a config, e.g. `resnet50`, `{ name: 'resnet18', stem: 'cifar' }` or
   * `{ name: 'resnet50', weights: { prefix: 'teacher.backbone.' } }`. What it leaves out is read off the weights: name, width, stem (a 3x3 kernel
   * is of two: say which), stages, norm and head.
   */
  readonly encoder?: string | Readonly<Record<string, unknown>>;
  /** Of a weights file that does not say it: side of the images, pixels. Default 224. */
  readonly size?: number;
  /** Of a weights file: mean and deviation of red, green and blue, in parts of 255. Default: as the file says, else ImageNet's. */
  readonly mean?: Rgb;
  readonly std?: Rgb;
}

const { onEvent: _, ...OPEN } = OPEN_OPTIONS;
const OPTIONS: Readonly<Record<keyof LoadEncoderOptions, OptionKind>> = {
  ...{ which: text, encoder: partialEntry, size: wholeFrom(1), mean: threeNumbers, std: threeNumbers },
  ...OPEN,
};

/** Options of weights files alone, and those of runs and configs alone. */
const OF_FILES = ['encoder', 'size', 'mean', 'std'] as const;
const OF_RUNS = ['which', 'overrides', 'defaults', 'required'] as const;

export interface EmbedImagesOptions {
  /** Default: backbone, which transfers best. */
  readonly layer?: Layer;
}

/** A trained encoder, ready for images. */
export interface LoadedEncoder {
  readonly name: string;
  /** Width of the features of each layer; `head` is 0 where the weights have none. */
  readonly dims: Readonly<Record<Layer, number>>;
  readonly preprocessing: Preprocessing;
  /**
   * Features of images, in their order, not normalised.
   *
   * @param images Paths, or whole files in memory (JPEG, PNG, GIF, BMP, WebP); any number, of which 64 are in memory at a time.
   * @throws MOCHI_IMAGE_UNREADABLE for the first that cannot be read, MOCHI_FEATURES_NOT_FINITE; MOCHI_ARGUMENT, MOCHI_ENCODER_DISPOSED, MOCHI_ENCODER_HEADLESS
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
 *   file, of which `options.encoder` says what cannot be read off it.
 * @throws MOCHI_ARGUMENT, MOCHI_CONFIG_INVALID, MOCHI_CHECKPOINT_MISSING, MOCHI_WEIGHTS_*, MOCHI_PICKLE_REFUSED
 */
export async function loadEncoder(path: string, options: LoadEncoderOptions = {}): Promise<LoadedEncoder> {
  requirePath('loadEncoder', path);
  requireOptions('loadEncoder', options, OPTIONS);
  const isConfig = /\.(ya?ml|jsonc?|[cm]?[jt]s)$/i.test(path);
  if (!isConfig && (WEIGHTS.test(path) || (await isFile(path)))) {
    if (!WEIGHTS.test(path) && !options.encoder) throw noEncoderIn(path);
    requireNone(options, OF_RUNS, `a weights file (${path})`);
    const file = await encoderOfFile(path, options);
    return ready(file, async () => disposeTree(file.weights));
  }
  requireNone(options, OF_FILES, `a run or a config (${path}), which says it`);
  const opened = await openEncoder(path, options);
  try {
    return ready({ ...opened, hasHead: true, weights: encoderWeights(opened, options.which) }, () => opened.dispose());
  } catch (error) {
    await opened.dispose();
    throw error;
  }
}

function ready({ encoder, weights, augmentation, hasHead }: EncoderOfFile, release: () => Promise<void>): LoadedEncoder {
  const embedder = new ImageEmbedder(encoder, weights, augmentation);
  const underWay = new Set<Promise<unknown>>();
  let disposed: Promise<void> | undefined;
  const embedSettled: LoadedEncoder['embedSettled'] = async (images, options = {}) => {
    if (disposed) throw encoderDisposed(encoder.name);
    requireImages(images);
    requireOptions('embed', options, { layer: anything });
    const { layer = 'backbone' } = options;
    requireLayer(layer);
    if (layer === 'head' && !hasHead) throw noHead(encoder.name);
    const working = embedder.embed(images, layer);
    underWay.add(working);
    return working.finally(() => underWay.delete(working));
  };
  return {
    name: encoder.name,
    dims: hasHead ? encoder.dims : { ...encoder.dims, head: 0 },
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
