import type { EmbeddingTable, Layer } from '@mochi/contract';
import { openTrained, type OpenedRun } from './evaluate.js';
import type { OpenOptions } from './open-run.js';

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
  /** Name of an exporter: npy, parquet. Default: npy. */
  readonly format?: string;
  readonly signal?: AbortSignal;
}

/** Features of images by the encoder of a trained run, written to a file where `out` says so. */
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
    const table = await readTable(run, options);
    if (out !== undefined) await run.host.all('exporter')[0]!.write(table, out);
    return table;
  } finally {
    await run.dispose();
  }
}

async function readTable({ parts, state }: OpenedRun, options: EmbedOptions): Promise<EmbeddingTable> {
  const {
    split = parts.dataset.splits[0]!,
    layer = 'backbone',
    encoder = 'query',
    signal = new AbortController().signal,
  } = options;
  const weights = parts.step.method.part.encoders(state.params, state.method)[encoder]!;
  const features = await parts.evaluation.reader.read(split, weights, layer, signal);
  const source = await parts.dataset.split(split);
  return { ...features, names: Array.from(features.ids, (id) => source.describe(id)) };
}
