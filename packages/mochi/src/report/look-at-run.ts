import { isMochiError, type Features, type SplitSource } from '@mochi/contract';
import { selectSamples } from '@mochi/data';
import type { RunImages, RunMap, RunNeighbours } from '@mochi/report';
import { FeatureReader } from '@mochi/trainer';
import { openTrained, weightsOf, type OpenedRun } from '../open-trained.js';
import { drawAtlas, drawAugmentation } from './draw-images.js';
import { confusionOf, nearestOthers, SHOWN } from './nearest.js';
import { splitToLookAt, spread } from './pick-images.js';

export interface LookOptions {
  /** Default: the first split that is not trained on. */
  readonly split?: string;
  /** Images whose features are compared, at most. Default 4,000. */
  readonly images?: number;
  /** Images on the map, at most. Default 1,000. */
  readonly mapped?: number;
  readonly signal?: AbortSignal;
}

/** Queries whose neighbours are shown, and images whose views are. */
const QUERIES = 10;
const AUGMENTED = 6;

/** Opens a run at its newest checkpoint and looks at images through its encoder. What fails is told in `problems`; the rest stands. */
export async function lookAtRun(path: string, options: LookOptions): Promise<RunImages> {
  // Nothing of these has a part in it, and threads may be other ones than the run had.
  const change = ({ evaluators: _, trackers: __, exporters: ___, ...config }: Record<string, unknown>) => ({
    ...config,
    runtime: { ...(config['runtime'] as object | undefined), threads: 'auto' },
  });
  const run = await openTrained(path, { change });
  try {
    return await look(run, options);
  } finally {
    await run.dispose();
  }
}

async function look(run: OpenedRun, options: LookOptions): Promise<RunImages> {
  const { split: asked, images = 4000, mapped = 1000, signal = new AbortController().signal } = options;
  const { dataset, augmentation, train, step } = run.parts;
  const problems: string[] = [];
  const attempt = async <T>(what: string, make: () => Promise<T> | T): Promise<T | null> => {
    try {
      return await make();
    } catch (error) {
      signal.throwIfAborted();
      problems.push(`${what}: ${sayError(error)}`);
      return null;
    }
  };
  const name = splitToLookAt(dataset, train.split, asked);
  const source = await dataset.split(name);
  const some = selectSamples(source, spread(source.length, images));
  const features = await attempt('No features', () => readFeatures(run, some, signal));
  const views = [...new Set(step.method.part.views)];
  const trained = await dataset.split(dataset.splits.includes(train.split) ? train.split : name);
  const augmented = selectSamples(trained, spread(trained.length, AUGMENTED));
  const augmentation_ = await attempt('No augmentation sheet', () => drawAugmentation(augmented, augmentation, views, step.seed));
  const known = { split: name, layer: 'backbone', encoder: 'query', total: source.length, augmentation: augmentation_, problems };
  if (!features || features.rows < 3) return { ...known, looked: features?.rows ?? 0, atlas: null, map: null, neighbours: null, confusion: null }; // prettier-ignore
  const nearest = await attempt('No neighbours', () => nearestOthers(features, signal));
  const onMap = [...spread(features.rows, mapped)];
  const queries = nearest && nearest.k > 0 ? [...spread(features.rows, QUERIES)] : [];
  const shown = [...new Set([...onMap, ...queries.flatMap((row) => [row, ...nearest!.indices.slice(row * nearest!.k, row * nearest!.k + Math.min(SHOWN, nearest!.k))])])]; // prettier-ignore
  const place = new Map(shown.map((row, at) => [row, at]));
  const atlas = await attempt('No images', () => drawAtlas(selectSamples(some, Int32Array.from(shown, (row) => features.ids[row]!)), augmentation)); // prettier-ignore
  const nameOf = (row: number): string => shortName(some.describe(features.ids[row]!));
  return {
    ...{ ...known, looked: features.rows, atlas },
    map: mapOf(features, onMap, place, nameOf),
    neighbours: nearest && neighboursOf(features, nearest, queries, place, nameOf),
    confusion: nearest && (await attempt('No confusion', () => confusionOf(features, nearest))),
  };
}

async function readFeatures(run: OpenedRun, source: SplitSource, signal: AbortSignal): Promise<Features> {
  const { augmentation, step, batchSize } = run.parts;
  const dataset = { name: source.name, splits: [source.name], split: async () => source };
  const reader = new FeatureReader({ dataset, augmentation, encoder: step.encoder, batchSize });
  try {
    return await reader.read(source.name, weightsOf(run), 'backbone', signal);
  } finally {
    reader.dispose();
  }
}

function mapOf(features: Features, rows: readonly number[], place: ReadonlyMap<number, number>, nameOf: (row: number) => string): RunMap {
  const { dim, labels, classes = [] } = features;
  const taken = new Float32Array(rows.length * dim);
  rows.forEach((row, at) => taken.set(features.features.subarray(row * dim, (row + 1) * dim), at * dim));
  return {
    ...{ features: taken, dim, names: rows.map(nameOf), classes, images: rows.map((row) => place.get(row)!) },
    labels: labels ? rows.map((row) => labels[row]!) : null,
  };
} // prettier-ignore

function neighboursOf(
  { labels }: Features,
  { indices, similarities, k }: { indices: Int32Array; similarities: Float32Array; k: number },
  queries: readonly number[],
  place: ReadonlyMap<number, number>,
  nameOf: (row: number) => string,
): RunNeighbours {
  const isSame = (a: number, b: number): boolean | null =>
    !labels || labels[a]! < 0 || labels[b]! < 0 ? null : labels[a] === labels[b];
  return {
    queries: queries.map((query) => ({
      ...{ image: place.get(query)!, name: nameOf(query) },
      nearest: Array.from({ length: Math.min(SHOWN, k) }, (_, rank) => {
        const row = indices[query * k + rank]!;
        return { image: place.get(row)!, name: nameOf(row), cosine: similarities[query * k + rank]!, sameClass: isSame(query, row) };
      }),
    })),
  }; // prettier-ignore
}

/** What happened, with its code: how to mend it is for whoever runs a command, not for the reader of a page. */
export const sayError = (error: unknown): string => {
  if (isMochiError(error)) return `${error.code}: ${error.happened}`;
  return error instanceof Error ? error.message : String(error);
};

/** The end of a path: folders above the class say nothing about the image. */
const shortName = (name: string): string => name.split('/').slice(-2).join('/');
