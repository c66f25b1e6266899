import type { EmbeddingTable, Layer } from '@mochi/contract';
import { formatWritesNot } from './errors.js';
import type { OpenOptions } from './open-run.js';
import { openTrained, weightsOf, type OpenedRun } from './open-trained.js';

export interface EmbedOptions extends OpenOptions {
  /** Where to read images: a section `data` as in a config. Default: the data of the run. */
  readonly data?: string | Readonly<Record<string, unknown>>;
  /** Default: the first split of the data. */
  readonly split?: string;
  /** Default: backbone, which transfers best; head is what the loss sees. */
  readonly layer?: Layer;
  /** `query` (default) or `key`. */
  readonly encoder?: string;
  /** File to write, in the format below. Default: nothing is written. */
  readonly out?: string;
  /** Name of an exporter of embeddings: npy, parquet, lancedb. Default: npy. */
  readonly format?: string;
  readonly signal?: AbortSignal;
}

/** Features of images by the encoder of a trained run (or of what a config begins with), written to a file where `out` says so. */
export async function embed(path: string, options: EmbedOptions = {}): Promise<EmbeddingTable> {
  const { data, out, format = 'npy' } = options;
  // Evaluators and trackers have no part in it, and other data may lack the splits that they ask for.
  const change = ({ evaluators: _, trackers: __, ...config }: Record<string, unknown>) => ({
    ...config,
    ...(data ? { data } : {}),
    exporters: [format],
  });
  const run = await openTrained(path, { ...options, change });
  try {
    const exporter = run.host.all('exporter')[0]!;
    if (!exporter.write) throw formatWritesNot(format, 'embeddings');
    const table = await readTable(run, options);
    if (out !== undefined) await exporter.write(table, out);
    return table;
  } finally {
    await run.dispose();
  }
}

/** Features of a split of an opened run, with what belongs to each row. */
export async function readTable(run: OpenedRun, options: EmbedOptions): Promise<EmbeddingTable> {
  const { parts } = run;
  const {
    split = parts.dataset.splits[0]!,
    layer = 'backbone',
    encoder = 'query',
    signal = new AbortController().signal,
  } = options;
  const features = await parts.evaluation.reader.read(split, weightsOf(run, encoder), layer, signal);
  const source = await parts.dataset.split(split);
  return { ...features, names: Array.from(features.ids, (id) => source.describe(id)) };
}
