import type { EvalContext, Evaluator, Features, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { labelsNeeded, noMatches, tooFewRows } from '../errors.js';
import { readSplit, splitFor } from '../features/read-split.js';
import { takeRows } from '../features/rows.js';
import type { RetrievalConfig } from './config.js';
import { bootstrapMeans } from '@mochi/core';
import { retrieve } from './retrieval-recall.js';

const metricName = (k: number): string => `recall@${k}`;

const MAP: MetricSpec = { name: 'map@r', unit: '%', better: 'higher' };

/** Percent of queries that find their like in the gallery, and by label how far up all of them are. */
export function retrievalEvaluator(options: RetrievalConfig): Evaluator {
  const { gallery, by, ks, layer, encoder, excludeSelf } = options;
  let queries = options.queries;
  return {
    ...schedule(options, 'retrieval', 'one pass over both splits; Q R D'),
    metrics: [
      ...ks.map((k): MetricSpec => ({ name: metricName(k), unit: '%', better: 'higher' })),
      ...(by === 'label' ? [MAP] : []),
    ],
    reads: [
      { option: 'queries', split: queries, labels: by === 'label' },
      { option: 'gallery', split: gallery, labels: by === 'label' },
    ],
    get settings() {
      return { queries, gallery, by, centre: options.centre, excludeSelf, layer, encoder };
    },
    async run(context: EvalContext) {
      queries = await splitFor(context, 'retrieval', { option: 'queries', split: options.queries, labels: by === 'label' });
      const all = await readSplit(context, 'retrieval', queries, options);
      const searched = await readSplit(context, 'retrieval', gallery, options);
      if (excludeSelf && searched.rows < 2) throw tooFewRows('retrieval', gallery, searched.rows, 2);
      const keys = { query: keysOf(all, by, queries), gallery: keysOf(searched, by, gallery) };
      const asked = by === 'label' ? labelled(all) : all; // an unlabelled query has no right answer
      const queryKeys = by === 'label' ? asked.labels! : keys.query;
      const exclude = excludeSelf ? rowsOfIds(asked.ids, searched.ids) : undefined;
      const counterparts = counterpartsOf(queryKeys, keys.gallery, exclude);
      if (!counterparts.some((count) => count > 0)) throw noMatches(queries, gallery, by);
      const match = (query: number, row: number) => queryKeys[query] === keys.gallery[row];
      const wanted = by === 'label' ? { ks, counterparts } : { ks };
      const found = await retrieve(asked, searched, match, wanted, {
        centre: options.centre,
        signal: context.signal,
        ...(exclude ? { exclude } : {}),
      });
      const recall = Object.fromEntries(ks.map((k, at) => [metricName(k), found.recall[at]!]));
      const measured = found.averagePrecision ? { ...recall, [MAP.name]: found.averagePrecision } : recall;
      return bootstrapMeans(measured, context.rng);
    },
  };
}

/** What has to agree for a hit, [rows]. */
function keysOf(features: Features, by: 'id' | 'label', split: string): Int32Array {
  if (by === 'id') return features.ids;
  if (!features.labels?.some((label) => label >= 0)) throw labelsNeeded('retrieval by label', split);
  return features.labels;
}

function labelled(features: Features): Features {
  const labels = features.labels!;
  const picked = Array.from(labels.keys()).filter((row) => labels[row]! >= 0);
  const pick = (from: Int32Array) => Int32Array.from(picked, (row) => from[row]!);
  return { ...takeRows(features, picked), ids: pick(features.ids), labels: pick(labels) };
}

/** The row of each id, -1 where there is none. */
export function rowsOfIds(ids: Int32Array, among: Int32Array): Int32Array {
  const rows = new Map(Array.from(among, (id, row) => [id, row]));
  return ids.map((id) => rows.get(id) ?? -1);
}

/** How many rows of the gallery each query could find. */
function counterpartsOf(queries: Int32Array, gallery: Int32Array, exclude: Int32Array | undefined): Int32Array {
  const counts = new Map<number, number>();
  for (const key of gallery) counts.set(key, (counts.get(key) ?? 0) + 1);
  return queries.map((key, query) => {
    const self = exclude !== undefined && exclude[query]! >= 0 && gallery[exclude[query]!] === key ? 1 : 0;
    return (counts.get(key) ?? 0) - self;
  });
}
