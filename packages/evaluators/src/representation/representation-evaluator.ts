import type { EvalContext, Evaluator, Features, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { modelNeeded, noMatches, tooFewRows } from '../errors.js';
import { readSplit } from '../features/read-split.js';
import { shuffled, takeRows, type Rows } from '../features/rows.js';
import { bootstrapMean } from '@mochi/core';
import { pairDistances } from './alignment.js';
import type { RepresentationConfig } from './config.js';
import { effectiveRank, rankMe } from './rank-me.js';
import { uniformity } from './uniformity.js';

/** Shape of the features, without labels: spread over the sphere, dimensions in use, and how near positives are where pairs are given. */
export function representationEvaluator(options: RepresentationConfig): Evaluator {
  const { pairs, views, alpha, t, maxRows, layer, encoder } = options;
  let measured: { split: string; rows: number } | undefined;
  const metrics: MetricSpec[] = [
    { name: 'uniformity', unit: 'nats', better: 'lower' },
    { name: 'rankme', unit: 'dimensions', better: 'higher' },
    { name: 'effectiveRank', unit: 'dimensions', better: 'higher' },
  ];
  if (pairs !== null || views)
    metrics.push({ name: 'alignment', unit: alpha === 2 ? 'squared distance' : `distance^${alpha}`, better: 'lower' });
  return {
    ...schedule(options, 'representation', 'one pass over the split; R^2 D for uniformity, R D^2 for RankMe'),
    metrics,
    reads: Object.entries({ split: options.split, pairs: views ? null : pairs }).flatMap(([option, split]) =>
      split === null ? [] : [{ option, split, labels: false }],
    ),
    get settings() {
      const positives = pairs === null && !views ? {} : { views, alpha };
      return { split: options.split, ...measured, pairs, ...positives, t, maxRows, layer, encoder };
    },
    async run(context: EvalContext) {
      const split = options.split ?? context.splits[0] ?? 'train';
      const features = await readSplit(context, 'representation', split, options);
      if (features.rows < 2) throw tooFewRows('representation', split, features.rows, 2);
      const sample = await sampled(features, maxRows, context);
      measured = { split, rows: sample.rows };
      const values = {
        uniformity: await uniformity(sample, t, context.signal),
        rankme: await rankMe(sample),
        effectiveRank: await effectiveRank(sample),
      };
      const paired = await pairsOf(options, split, sample, context);
      if (!paired) return values;
      return {
        ...values,
        alignment: await bootstrapMean(pairDistances(paired.a, paired.b, alpha), context.rng.fork('bootstrap')),
      };
    },
  };
}

/** Rows and their positives; null where none are asked for. */
async function pairsOf(
  { pairs, views, layer, encoder }: RepresentationConfig,
  split: string,
  sample: Sample,
  context: EvalContext,
): Promise<{ a: Rows; b: Rows } | null> {
  if (views) {
    if (!context.model) throw modelNeeded('representation with views');
    const [first, second = first] = context.model.views;
    const read = (view: string, draw: number) =>
      readSplit(context, 'representation', split, { layer, encoder, view, draw, ids: sample.ids });
    return pairById(await read(first!, 0), await read(second!, 1));
  }
  if (pairs === null) return null;
  const paired = pairById(sample, await readSplit(context, 'representation', pairs, { layer, encoder }));
  if (paired.a.rows === 0) throw noMatches(split, pairs, 'id');
  return paired;
}

type Sample = Rows & { readonly ids: Int32Array };

/** At most `maxRows` rows, in their order, drawn by the run's seed. */
async function sampled(features: Features, maxRows: number, { rng }: EvalContext): Promise<Sample> {
  if (features.rows <= maxRows) return features;
  const picked = (await shuffled(features.rows, rng.fork('rows'))).slice(0, maxRows).sort();
  return { ...takeRows(features, picked), ids: Int32Array.from(picked, (row) => features.ids[row]!) };
}

/** Rows of both that have the same id, in the order of the first. */
export function pairById(a: Sample, b: Sample): { a: Rows; b: Rows } {
  const rowOf = new Map(Array.from(b.ids, (id, row) => [id, row]));
  const left = Array.from(a.ids.keys()).filter((row) => rowOf.has(a.ids[row]!));
  return { a: takeRows(a, left), b: takeRows(b, left.map((row) => rowOf.get(a.ids[row]!)!)) }; // prettier-ignore
}
