import type { EvalContext, Evaluator, Features, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { noMatches, tooFewRows } from '../errors.js';
import { readSplit } from '../features/read-split.js';
import { shuffled, takeRows, type Rows } from '../features/rows.js';
import { bootstrapMean } from '../statistics/bootstrap.js';
import { pairDistances } from './alignment.js';
import type { RepresentationConfig } from './config.js';
import { effectiveRank, rankMe } from './rank-me.js';
import { uniformity } from './uniformity.js';

/** Shape of the features, without labels: spread over the sphere, dimensions in use, and how near positives are where pairs are given. */
export function representationEvaluator(options: RepresentationConfig): Evaluator {
  const { pairs, alpha, t, maxRows, layer, encoder } = options;
  let measured: { split: string; rows: number } | undefined;
  const metrics: MetricSpec[] = [
    { name: 'uniformity', unit: 'nats', better: 'lower' },
    { name: 'rankme', unit: 'dimensions', better: 'higher' },
    { name: 'effectiveRank', unit: 'dimensions', better: 'higher' },
  ];
  if (pairs !== null)
    metrics.push({ name: 'alignment', unit: alpha === 2 ? 'squared distance' : `distance^${alpha}`, better: 'lower' });
  return {
    ...schedule(options, 'representation', 'one pass over the split; R^2 D for uniformity, R D^2 for RankMe'),
    metrics,
    get settings() {
      return { split: options.split, ...measured, pairs, ...(pairs === null ? {} : { alpha }), t, maxRows, layer, encoder };
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
      if (pairs === null) return values;
      const positives = await readSplit(context, 'representation', pairs, options);
      const paired = pairById(sample, positives);
      if (paired.a.rows === 0) throw noMatches(split, pairs, 'id');
      return {
        ...values,
        alignment: await bootstrapMean(pairDistances(paired.a, paired.b, alpha), context.rng.fork('bootstrap')),
      };
    },
  };
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
