import { extname } from 'node:path';
import type { Dataset, EmbeddingTable, Layer } from '@mochi/contract';
import { FeatureReader, openedAloud, type TrainConfig } from '@mochi/trainer';
import { exportUnwritable, formatUnknown, formatWritesNot } from './errors.js';
import { encoderWeights, openEncoder, type OpenedEncoder } from './open-encoder.js';
import { requireWritable } from './require-writable.js';
import { requireLayer, requireOptions, requirePath } from './check-arguments.js';
import { OPEN_OPTIONS, type OpenOptions } from './open-run.js';
import { abortSignal, anything, dataSection, text, type OptionKind } from './option-kinds.js';

export interface EmbedOptions extends OpenOptions {
  /** Where to read images: a section `data` as in a config. Default: the data of the run. */
  readonly data?: string | Readonly<Record<string, unknown>>;
  /** Default: the first split of the data. */
  readonly split?: string;
  /** Default: backbone, which transfers best; head is what the loss sees. */
  readonly layer?: Layer;
  /** `query` (default) or `key`. */
  readonly encoder?: string;
  /** File to write, in the format that its ending says: .npy, .parquet, .lancedb (a folder). Default: nothing is written. */
  readonly out?: string;
  /** Name of an exporter of embeddings, where it is another than the ending of `out` says. */
  readonly format?: string;
  readonly signal?: AbortSignal;
}

/** Options of all that reads features. */
export const READ_OPTIONS = {
  ...{ data: dataSection, split: text, layer: anything, encoder: text, signal: abortSignal },
  ...OPEN_OPTIONS,
};

const EMBED_OPTIONS: Readonly<Record<keyof EmbedOptions, OptionKind>> = { out: text, format: text, ...READ_OPTIONS };

/** Exporters of embeddings by the ending of what they write. */
const FORMATS: Readonly<Record<string, string>> = {
  '.npy': 'npy',
  '.parquet': 'parquet',
  '.lancedb': 'lancedb',
  '.lance': 'lancedb',
};

/** @throws MOCHI_EXPORT_FORMAT for an ending that stands for none */
function formatOf(out: string): string {
  const format = FORMATS[extname(out).toLowerCase()];
  if (format === undefined) throw formatUnknown(out, Object.keys(FORMATS));
  return format;
}

/**
 * Features of images by the encoder of a trained run (or of what a config begins with), written to a file where `out` says so.
 *
 * @param path Run folder (its newest checkpoint), checkpoint folder, or config file.
 * @throws MOCHI_ARGUMENT; MOCHI_EXPORT_FORMAT, MOCHI_EXPORT_UNWRITABLE before anything is read; MOCHI_CHECKPOINT_MISSING, and what the data say of their files
 */
export async function embed(path: string, options: EmbedOptions = {}): Promise<EmbeddingTable> {
  requirePath('embed', path);
  requireOptions('embed', options, EMBED_OPTIONS);
  requireLayer(options.layer ?? 'backbone');
  options.signal?.throwIfAborted();
  const { data, out } = options;
  const format = options.format ?? (out === undefined ? 'npy' : formatOf(out));
  if (out !== undefined) await requireWritable(out, exportUnwritable);
  const change = (config: object) => ({ ...config, ...(data ? { data } : {}), exporters: [format] });
  const opened = await openEncoder(path, { ...options, change });
  try {
    const exporter = opened.host.all('exporter')[0]!;
    if (!exporter.write) throw formatWritesNot(format, 'embeddings');
    const table = await readTable(opened, options);
    if (out !== undefined) await exporter.write(table, out);
    return table;
  } finally {
    await opened.dispose();
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

/** Features of a split of any data. */
export async function readFeatures(
  opened: OpenedEncoder,
  dataset: Dataset,
  { split, layer = 'backbone', encoder, signal }: Pick<EmbedOptions, 'layer' | 'encoder' | 'signal'> & { readonly split: string },
) {
  const { batchSize } = (opened.host.config as unknown as { readonly train: TrainConfig }).train;
  const reader = new FeatureReader({ dataset, augmentation: opened.augmentation, encoder: opened.encoder, batchSize });
  try {
    return await reader.read(split, encoderWeights(opened, encoder), layer, signal ?? new AbortController().signal);
  } finally {
    reader.dispose();
  }
}
