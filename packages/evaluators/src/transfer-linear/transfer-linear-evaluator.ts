import type { Dataset, Estimate, EvalContext, Evaluator, MetricSpec } from '@mochi/contract';
import { heldOutSplit, meanOf, noHeldOut } from '@mochi/core';
import { accuracies, top1 } from '../accuracy.js';
import { schedule } from '../common-config.js';
import { setTwice } from '../errors.js';
import { classCount, labelledRows, readSplit, requireClasses } from '../features/read-split.js';
import { linearProbe } from '../linear/linear-probe.js';
import type { TransferLinearConfig } from './config.js';

type LabelledSet = TransferLinearConfig['sets'][number];

const nameOf = ({ as, data }: LabelledSet): string => as ?? data.name;

/**
 * Percent right of a linear classifier on frozen features, on each of several labelled sets that the encoder was not trained on.
 *
 * @param datasets Those of `options.sets`, in their order. @throws MOCHI_SET_TWICE
 */
export function transferLinearEvaluator(options: TransferLinearConfig, datasets: readonly Dataset[]): Evaluator {
  const { sets, layer, encoder, solver, rates, penalties, validation, epochs, batchSize, standardise } = options;
  const names = sets.map(nameOf);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw setTwice(twice);
  let chosen: Record<string, number> | undefined;
  const tests = new Map<string, string>();
  return {
    ...schedule(options, 'transfer-linear', 'for each set one pass over both splits, and a linear probe'),
    metrics: [{ ...top1, name: 'mean' }, ...names.map((name): MetricSpec => ({ ...top1, name: `top1@${name}` }))],
    get settings() {
      const how = solver === 'sgd' ? { rates, epochs, batchSize } : { penalties };
      return { sets: sets.map((set) => ({ ...set, test: tests.get(nameOf(set)) ?? set.test, as: nameOf(set) })), solver, ...how, validation, ...(chosen ? { chosen } : {}), standardise, layer, encoder }; // prettier-ignore
    },
    async run(context: EvalContext) {
      const results: Record<string, Estimate> = {};
      const used: Record<string, number> = {};
      for (const [at, set] of sets.entries()) {
        const name = nameOf(set);
        const probe = await probed(context, options, set, datasets[at]!);
        results[`top1@${name}`] = probe.top1;
        used[name] = probe.chosen;
        tests.set(name, probe.test);
      }
      chosen = used;
      return { mean: meanOf(Object.values(results).map(({ value }) => value)), ...results };
    },
  };
}

async function probed(context: EvalContext, options: TransferLinearConfig, set: LabelledSet, data: Dataset) {
  const { layer, encoder } = options;
  const name = `transfer-linear on ${nameOf(set)}`;
  const source = await readSplit(context, name, set.train, { layer, encoder, data });
  const known = labelledRows(source, name, set.train);
  requireClasses(known.labels, name, set.train);
  const test = set.test ?? (await heldOutSplit(data, set.train));
  if (test === undefined) throw noHeldOut(name, 'test', data.splits);
  const asked = labelledRows(await readSplit(context, name, test, { layer, encoder, data }), name, test);
  const classes = classCount(source.classes, known.labels, asked.labels);
  const rng = context.rng.fork(nameOf(set));
  const { logits, chosen } = await linearProbe(known, asked, { ...options, classes, rng, signal: context.signal });
  const { top1: right } = await accuracies(logits, classes, asked.labels, rng);
  return { top1: right!, chosen, test };
}
