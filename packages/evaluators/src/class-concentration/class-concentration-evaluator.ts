import type { EvalContext, Evaluator, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { tooFewRows } from '../errors.js';
import { labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import { shuffled, takeRows, type LabelledRows } from '../features/rows.js';
import { bootstrapMean, meanOf, quantile } from '@mochi/core';
import { classDistances } from './class-distances.js';
import type { ClassConcentrationConfig } from './config.js';

const ratio = (name: string): MetricSpec => ({ name, unit: 'ratio', better: 'higher' });
const METRICS: readonly MetricSpec[] = [
  ratio('concentration'),
  ...['p10', 'p50', 'p90'].map((part) => ratio(`concentration-${part}`)),
  { name: 'intra', unit: 'distance', better: 'lower' },
  { name: 'inter', unit: 'distance', better: 'higher' },
];

/** How tight classes are against how far they lie apart: mean over classes of inter- over intra-class distance, and its distribution. */
export function classConcentrationEvaluator(options: ClassConcentrationConfig): Evaluator {
  const { maxRows, layer, encoder } = options;
  let split = options.split;
  let measured: { rows: number; classes: number } | undefined;
  return {
    ...schedule(options, 'class-concentration', 'one pass over the split; R^2 (D + C)'),
    metrics: METRICS,
    reads: [{ option: 'split', split, labels: true }],
    get settings() {
      return { split, ...measured, maxRows, layer, encoder };
    },
    async run(context: EvalContext) {
      split = await splitFor(context, 'class-concentration', { option: 'split', split: options.split, labels: true });
      const all = labelledRows(await readSplit(context, 'class-concentration', split, options), 'class-concentration', split);
      requireClasses(all.labels, 'class-concentration', split);
      const known = await sampled(all, maxRows, context);
      const classes = await classDistances(known, context.signal);
      const usable = classes.filter(({ rows }) => rows > 1);
      if (usable.length === 0) throw tooFewRows('class-concentration', `${split} in any one class`, 1, 2);
      measured = { rows: known.rows, classes: usable.length };
      // Classes that coincide in a point have no distance within: the ratio is as large as numbers go.
      const ratios = Float64Array.from(usable, ({ inter, intra }) => Math.min(inter / intra, Number.MAX_SAFE_INTEGER)).sort();
      return {
        concentration: await bootstrapMean(ratios, context.rng.fork('bootstrap')),
        'concentration-p10': quantile(ratios, 0.1),
        'concentration-p50': quantile(ratios, 0.5),
        'concentration-p90': quantile(ratios, 0.9),
        intra: meanOf(usable.map(({ intra }) => intra)),
        inter: meanOf(usable.map(({ inter }) => inter)),
      };
    },
  };
}

async function sampled(all: LabelledRows, maxRows: number, { rng }: EvalContext): Promise<LabelledRows> {
  if (all.rows <= maxRows) return all;
  const picked = (await shuffled(all.rows, rng.fork('rows'))).slice(0, maxRows).sort();
  return { ...takeRows(all, picked), labels: Int32Array.from(picked, (row) => all.labels[row]!) };
}
