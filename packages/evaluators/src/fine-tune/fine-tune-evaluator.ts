import type { Estimate, EvalContext, EvalModel, Evaluator, MetricSpec } from '@mochi/contract';
import { bootstrapMean } from '@mochi/core';
import { createRng } from '@mochi/tensorflow';
import { top1 } from '../accuracy.js';
import { labelledPair, schedule } from '../common-config.js';
import { modelNeeded, tooFewRows } from '../errors.js';
import { classCount, labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import type { FineTuneConfig, SemiSupervisedConfig } from './config.js';
import { fineTune } from './fine-tune.js';
import { pickShare, storedIds } from './pick-ids.js';

/** The options, once it is known which split is measured. */
type Measured = FineTuneConfig & { readonly test: string };

const COST = 'epochs passes forward and backward over the images, augmented; one over the test split';

/** Percent of the test split that the encoder, trained on with all labels, gets right. */
export function fineTuneEvaluator(options: FineTuneConfig): Evaluator {
  let { test } = options;
  return {
    ...schedule(options, 'fine-tune', COST),
    metrics: [top1],
    reads: labelledPair(options),
    get settings() {
      return settingsOf({ ...options, test });
    },
    async run(context: EvalContext) {
      const measured = {
        ...options,
        test: (test = await splitFor(context, 'fine-tune', { option: 'test', split: options.test, labels: true })),
      };
      const labelled = await labelledIds(context, 'fine-tune', measured);
      return { top1: await trained(context, 'fine-tune', measured, labelled.ids, labelled.classes) };
    },
  };
}

/** The same with a share of the labels: how far few labels go. */
export function semiSupervisedEvaluator(options: SemiSupervisedConfig): Evaluator {
  const { shares, idsFolder, idsSeed } = options;
  const name = (share: number): string => `top1@${100 * share}%`;
  let used: Record<string, number> | undefined;
  let { test } = options;
  return {
    ...schedule(options, 'semi-supervised', COST),
    reads: labelledPair(options),
    metrics: shares.map((share): MetricSpec => ({ ...top1, name: name(share) })),
    get settings() {
      return { shares, ...(used ? { images: used } : {}), idsFolder, idsSeed, ...settingsOf({ ...options, test }) };
    },
    async run(context: EvalContext) {
      const measured = {
        ...options,
        test: (test = await splitFor(context, 'semi-supervised', { option: 'test', split: options.test, labels: true })),
      };
      const { ids, labels, classes } = await labelledIds(context, 'semi-supervised', measured);
      const results: Record<string, Estimate> = {};
      const images: Record<string, number> = {};
      for (const share of shares) {
        const draw = () => pickShare(ids, labels, share, createRng(idsSeed, `semi-supervised/${share}`));
        const picked = await storedIds(idsFolder, share, ids, draw);
        images[name(share)] = picked.length;
        results[name(share)] = await trained(context, 'semi-supervised', measured, picked, classes);
      }
      used = images;
      return results;
    },
  };
}

function settingsOf(options: FineTuneConfig): Record<string, unknown> {
  const { train, test, view, epochs, batchSize, rate, headRate, momentum, weightDecay, encoder } = options;
  return { train, test, view: view ?? 'first of the method', epochs, batchSize, rate, headRate, momentum, weightDecay, layer: 'backbone', encoder }; // prettier-ignore
}

/** The labelled samples of the training split; labels come with the features, which are shared with other evaluators. */
async function labelledIds(context: EvalContext, name: string, { train, test, encoder }: Measured) {
  if (!context.model) throw modelNeeded(name);
  const source = { layer: 'backbone', encoder } as const;
  const [known, asked] = [await readSplit(context, name, train, source), await readSplit(context, name, test, source)];
  const { labels } = labelledRows(known, name, train);
  requireClasses(labels, name, train);
  labelledRows(asked, name, test); // says so where there are none
  const rows = Array.from(known.labels!.keys()).filter((row) => known.labels![row]! >= 0);
  return {
    ids: Int32Array.from(rows, (row) => known.ids[row]!),
    labels,
    classes: classCount(known.classes, labels, asked.labels!),
  };
}

async function trained(
  context: EvalContext,
  name: string,
  options: Measured,
  ids: Int32Array,
  classes: number,
): Promise<Estimate> {
  const model: EvalModel = context.model!;
  const { train, test, batchSize, encoder } = options;
  if (ids.length < 2) throw tooFewRows(name, train, ids.length, 2);
  const passes = await model.images(train, { view: options.view ?? model.views[0]!, batchSize });
  const plain = await model.images(test);
  try {
    const { rng, signal } = context;
    const given = { encoder: model.encoder, weights: model.weights(encoder) };
    const right = await fineTune(given, { ids, train: passes, test: plain }, { ...options, classes, rng, signal });
    return await bootstrapMean(right, rng.fork('bootstrap'));
  } finally {
    passes.dispose();
    plain.dispose();
  }
}
