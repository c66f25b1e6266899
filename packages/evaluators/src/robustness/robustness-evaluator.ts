import type { Estimate, EvalContext, Evaluator, ImageChange, MetricSpec } from '@mochi/contract';
import { bootstrapMean, meanOf } from '@mochi/core';
import { hits } from '../accuracy.js';
import { labelledPair, schedule } from '../common-config.js';
import { classCount, labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import { shuffled, type LabelledRows } from '../features/rows.js';
import { weightedKnn } from '../knn/weighted-knn.js';
import type { RobustnessConfig } from './config.js';
import { corruption } from './corruptions.js';

const percent = (name: string): MetricSpec => ({ name, unit: '%', better: 'higher' });

/** What is left of kNN accuracy when the test images are corrupted and the training images are not. */
export function robustnessEvaluator(options: RobustnessConfig): Evaluator {
  const { k, temperature, train, corruptions, severities, maxRows, layer, encoder } = options;
  let test = options.test;
  return {
    ...schedule(options, 'robustness', 'one pass over the training split; corruptions x severities passes over the test images'),
    metrics: ['clean', 'corrupted', 'retained', ...corruptions].map(percent),
    reads: labelledPair(options, k),
    get settings() {
      return { k, temperature, train, test, corruptions, severities, maxRows, layer, encoder };
    },
    async run(context: EvalContext) {
      const measured = (test = await splitFor(context, 'robustness', { option: 'test', split: options.test, labels: true }));
      const source = await readSplit(context, 'robustness', train, options);
      const known = labelledRows(source, 'robustness', train);
      requireClasses(known.labels, 'robustness', train);
      const { ids } = await readSplit(context, 'robustness', measured, options);
      const picked = await sampled(ids, maxRows, context);
      const right = async (change?: ImageChange): Promise<Float64Array> => {
        const asked = await readAsked(context, { ...options, test: measured }, picked, change);
        const classes = classCount(source.classes, known.labels, asked.labels);
        const { votes } = await weightedKnn(known, asked, { k, temperature, classes, signal: context.signal });
        return hits(votes, classes, asked.labels);
      };
      const clean = await right();
      const each: Record<string, Float64Array> = {};
      for (const name of corruptions) {
        const passes: Float64Array[] = [];
        for (const severity of severities) passes.push(await right(corruption(name, severity)));
        each[name] = rowMeans(passes);
      }
      return measuresOf(clean, each, context);
    },
  };
}

async function measuresOf(clean: Float64Array, each: Record<string, Float64Array>, { rng }: EvalContext) {
  const corrupted = rowMeans(Object.values(each));
  const result: Record<string, Estimate | number> = {};
  for (const [name, values] of Object.entries({ clean, corrupted, ...each }))
    result[name] = await bootstrapMean(values, rng.fork(`bootstrap/${name}`));
  const base = meanOf(clean);
  return { ...result, retained: base > 0 ? (100 * meanOf(corrupted)) / base : 0 };
}

/** Mean over several measurements of the same rows, row by row. */
const rowMeans = (passes: readonly Float64Array[]): Float64Array =>
  passes[0]!.map((_, row) => passes.reduce((sum, pass) => sum + pass[row]!, 0) / passes.length);

async function sampled(ids: Int32Array, most: number, { rng }: EvalContext): Promise<Int32Array> {
  if (ids.length <= most) return ids;
  const order = (await shuffled(ids.length, rng.fork('rows'))).slice(0, most).sort();
  return order.map((row) => ids[row]!);
}

async function readAsked(
  context: EvalContext,
  { test, layer, encoder }: Pick<RobustnessConfig, 'layer' | 'encoder'> & { readonly test: string },
  ids: Int32Array,
  change: ImageChange | undefined,
): Promise<LabelledRows> {
  const images = { ids, ...(change ? { change } : {}) };
  return labelledRows(await readSplit(context, 'robustness', test, { layer, encoder, ...images }), 'robustness', test);
}
