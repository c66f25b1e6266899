import type { Dataset, Evaluator, SplitUse } from '@mochi/contract';
import { heldOutSplit, isLabelled, noHeldOut } from '@mochi/core';
import { evaluatorLabels, evaluatorSplit } from './evaluator-errors.js';

export interface EvaluatorCheck {
  readonly dataset: Dataset;
  /** The split that is trained on. */
  readonly trained: string;
  readonly warn: (evaluator: string, message: string) => void;
}

/**
 * Holds what evaluators read against the data, before the first step: they run for the first time after an epoch, or after all of them.
 *
 * @returns The splits that each of them reads, by its name.
 * @throws MOCHI_UNKNOWN_SPLIT, MOCHI_LABELS_NEEDED, and what the data set says of its files.
 */
export async function checkEvaluators(
  evaluators: readonly Evaluator[],
  check: EvaluatorCheck,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const splits: Record<string, string[]> = {};
  for (const { name, reads = [] } of evaluators) {
    splits[name] = [];
    for (const use of reads) splits[name].push(await checkUse(name, use, check));
  }
  return splits;
}

async function checkUse(evaluator: string, use: SplitUse, { dataset, trained, warn }: EvaluatorCheck): Promise<string> {
  const { option, labels, wanted } = use;
  const split = use.split ?? (await heldOutSplit(dataset, trained, labels));
  if (split === undefined) throw noHeldOut(evaluator, option, dataset.splits);
  if (!dataset.splits.includes(split)) throw evaluatorSplit(evaluator, option, split, dataset.splits);
  if (!labels) return split;
  const source = await dataset.split(split);
  if (!isLabelled(source)) throw evaluatorLabels(evaluator, option, split);
  const known = source.labels!.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  if (wanted !== undefined && known < wanted)
    warn(
      evaluator,
      `the evaluator ${evaluator} asks for ${wanted} labelled images of ${split}, which has ${known}: it will use those`,
    );
  return split;
}
