import { MochiError, type Dataset } from '@mochi/contract';

/** What data sets call the images that are not trained on, the most final first. */
const USUAL = ['test', 'val', 'validation', 'valid', 'dev'];

/**
 * The first split with labels that is not trained on: test, val, validation, else any other whose name does not begin with `train`.
 * Evaluators measure it where their options name none.
 *
 * @param trained The split that is trained on. @param labels Whether it has to have labels. Default true.
 * @returns Undefined where there is none. @throws What the data set says of its files.
 */
export async function heldOutSplit(
  dataset: Pick<Dataset, 'splits' | 'split'>,
  trained: string,
  labels = true,
): Promise<string | undefined> {
  const others = dataset.splits.filter((name) => name !== trained && !name.startsWith('train'));
  const inOrder = [...USUAL.filter((name) => others.includes(name)), ...others.filter((name) => !USUAL.includes(name))];
  for (const name of inOrder) if (!labels || isLabelled(await dataset.split(name))) return name;
  return undefined;
}

/** Whether any sample has a label. */
export const isLabelled = ({ labels }: { readonly labels?: Int32Array }): boolean => labels?.some((label) => label >= 0) ?? false;

export const noHeldOut = (evaluator: string, option: string, splits: readonly string[]): MochiError =>
  new MochiError('MOCHI_LABELS_NEEDED', {
    happened: `The evaluator ${evaluator} measures a split with labels that is not trained on, and the data have none: their splits are ${splits.join(', ')}.`,
    expected: 'a test or validation split with labels',
    fix: `Hold images with classes out (data.holdout: 0.1; in a folder of images its folders are the classes), or name a split by the option ${option}; knn classifies the training split itself with leaveOneOut: true.`,
  });
