import { extname } from 'node:path';
import {
  isMochiError,
  type Augmentation,
  type Dataset,
  type EmbeddingTable,
  type Layer,
  type Preprocessing,
} from '@mochi/contract';
import { requireFinite } from '@mochi/evaluators';
import { FeatureReader, openedAloud, type TrainConfig } from '@mochi/trainer';
import { exportUnwritable } from './errors.js';
import { originOf } from './interchange/origin.js';
import { preprocessingOf } from './interchange/preprocessing.js';
import { exporterFor, exporterOf, noFormatFor, requireEnding, writeBy, type ExporterEntry } from './interchange/run-exporter.js';
import { centred } from './interchange/similar.js';
import { encoderWeights, openEncoder, type OpenedEncoder } from './open-encoder.js';
import { requireWritable } from './require-writable.js';
import { requireLayer, requireOptions, requirePath } from './check-arguments.js';
import { OPEN_OPTIONS, type OpenOptions } from './open-run.js';
import { abortSignal, anything, dataSection, entry, flag, text, type OptionKind } from './option-kinds.js';

export interface EmbedOptions extends OpenOptions {
  /** Where to read images: a section `data` as in a config. Default: the data of the run. */
  readonly data?: string | Readonly<Record<string, unknown>>;
  /** Default: the first split of the data. */
  readonly split?: string;
  /** Default: backbone, which transfers best; head is what the loss sees. */
  readonly layer?: Layer;
  /** `query` (default) or `key`. */
  readonly encoder?: string;
  /** Divide each row by its length: for searches by inner product or Euclidean distance, which then rank as cosine does. Default false. */
  readonly normalise?: boolean;
  /** File to write, in the format that its ending says: .npy, .parquet, .lancedb (a folder). Default: nothing is written. */
  readonly out?: string;
  /**
   * An exporter of embeddings by its name (npy, parquet, lancedb, or your own), or by its `format` where the run's `exporters` list it; with the
   * options that it has there, or with others: `{ name: 'parquet', compression: 'snappy' }`. Default: what the ending of `out` says.
   */
  readonly format?: ExporterEntry;
  readonly signal?: AbortSignal;
}

/** Options of all that reads features. */
export const READ_OPTIONS = {
  ...{ data: dataSection, split: text, layer: anything, encoder: text, signal: abortSignal },
  ...OPEN_OPTIONS,
};

const EMBED_OPTIONS: Readonly<Record<keyof EmbedOptions, OptionKind>> = {
  ...{ out: text, format: entry, normalise: flag },
  ...READ_OPTIONS,
};

/** Exporters of embeddings by the ending of what they write. */
const FORMATS: Readonly<Record<string, string>> = {
  '.npy': 'npy',
  '.parquet': 'parquet',
  '.lancedb': 'lancedb',
  '.lance': 'lancedb',
};

/**
 * Features of images by the encoder of a trained run (or of what a config begins with), written to a file where `out` says so.
 *
 * @param path Run folder (its newest checkpoint), checkpoint folder, or config file.
 * @throws MOCHI_ARGUMENT; MOCHI_EXPORT_FORMAT, MOCHI_EXPORT_UNWRITABLE before anything is read; MOCHI_CHECKPOINT_MISSING, MOCHI_FEATURES_NOT_FINITE, and what the data say of their files
 */
export async function embed(path: string, options: EmbedOptions = {}): Promise<EmbeddingTable> {
  requirePath('embed', path);
  requireOptions('embed', options, EMBED_OPTIONS);
  requireLayer(options.layer ?? 'backbone');
  options.signal?.throwIfAborted();
  const { data, out } = options;
  const format = options.format ?? (out === undefined ? 'npy' : FORMATS[extname(out).toLowerCase()]);
  if (out !== undefined) await requireWritable(out, exportUnwritable);
  const opened = await openEncoder(path, {
    ...options,
    change: async (config) => {
      if (format === undefined) throw await noFormatFor(out!, Object.keys(FORMATS), config, options);
      return { ...config, ...(data ? { data } : {}), exporters: [await exporterOf(config, format, options)] };
    },
  });
  try {
    const { name, exporter } = await exporterFor(opened.host, 'write', opened.config, options);
    if (out !== undefined) requireEnding(name, out);
    const table = await withOrigin(await readTable(opened, options), opened, options);
    if (out !== undefined) await writeBy(name, out, () => exporter.write(table, out));
    return table;
  } finally {
    await opened.dispose();
  }
}

/** A table as it is written: at unit length where that was asked for, and with where it comes from. */
async function withOrigin(table: EmbeddingTable, opened: OpenedEncoder, options: EmbedOptions): Promise<EmbeddingTable> {
  const { layer = 'backbone', encoder = 'query', normalise = false, split = opened.host.one('data').splits[0]! } = options;
  const run = await originOf(opened);
  const preprocessing = plainPreprocessing(opened.augmentation);
  const features = normalise ? centred(table, new Float64Array(table.dim)) : table.features;
  return { ...table, features, origin: { run, encoder, layer, split, normalised: normalise, preprocessing } };
}

/** Null for an augmentation whose eval view cannot be told in numbers. */
function plainPreprocessing(augmentation: Augmentation): Preprocessing | null {
  try {
    return preprocessingOf(augmentation);
  } catch (error) {
    if (isMochiError(error)) return null;
    throw error;
  }
}

/** Features of a split of the opened run's data, with what belongs to each row. */
export async function readTable(opened: OpenedEncoder, options: EmbedOptions): Promise<EmbeddingTable> {
  const dataset = openedAloud(opened.host);
  const { split = dataset.splits[0]! } = options;
  const features = await readFeatures(opened, dataset, { ...options, split });
  const source = await dataset.split(split);
  return { ...features, names: Array.from(features.ids, (id) => source.describe(id)) };
}

/** Features of a split of any data. @throws MOCHI_FEATURES_NOT_FINITE */
export async function readFeatures(
  opened: OpenedEncoder,
  dataset: Dataset,
  { split, layer = 'backbone', encoder, signal }: Pick<EmbedOptions, 'layer' | 'encoder' | 'signal'> & { readonly split: string },
) {
  const { batchSize } = (opened.host.config as unknown as { readonly train: TrainConfig }).train;
  const reader = new FeatureReader({ dataset, augmentation: opened.augmentation, encoder: opened.encoder, batchSize });
  try {
    const features = await reader.read(split, encoderWeights(opened, encoder), layer, signal ?? new AbortController().signal);
    return requireFinite(features, `the split ${split}, layer ${layer}, encoder ${encoder ?? 'query'}`);
  } finally {
    reader.dispose();
  }
}
