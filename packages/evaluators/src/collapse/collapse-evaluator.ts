import type { EvalContext, Evaluator, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { tooFewRows } from '../errors.js';
import { readSplit } from '../features/read-split.js';
import { collapseMeasures } from './collapse-measures.js';
import type { CollapseConfig } from './config.js';

const METRICS: readonly MetricSpec[] = [
  { name: 'spread', unit: 'share', better: 'higher' },
  { name: 'meanCosine', unit: 'cosine', better: 'lower' },
  { name: 'deadDimensions', unit: '%', better: 'lower' },
];

/** Whether the features of different images are becoming the same. Needs no labels. */
export function collapseEvaluator(options: CollapseConfig): Evaluator {
  const { layer, encoder } = options;
  let measured: { split: string; rows: number } | undefined;
  return {
    ...schedule(options, 'collapse', 'one pass over the split; R D'),
    metrics: METRICS,
    ...(options.split === null ? {} : { reads: [{ option: 'split', split: options.split, labels: false }] }),
    get settings() {
      return { split: options.split, ...measured, layer, encoder };
    },
    async run(context: EvalContext) {
      const split = options.split ?? context.splits[0] ?? 'train';
      const features = await readSplit(context, 'collapse', split, options);
      if (features.rows < 2) throw tooFewRows('collapse', split, features.rows, 2);
      measured = { split, rows: features.rows };
      return { ...collapseMeasures(features) };
    },
  };
}
