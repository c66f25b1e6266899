import { MochiError } from '@mochi/contract';

export const featuresNotFinite = (what: string, row: number, bad: number) =>
  new MochiError('MOCHI_FEATURES_NOT_FINITE', {
    happened: `${bad} numbers of the features of ${what} are NaN or infinite, the first in row ${row}.`,
    expected: 'finite features',
    fix: 'Look at the loss: training has probably diverged. Lower the learning rate, or take an earlier checkpoint. Weights of others: they are damaged, or of another network.',
  });

export const labelsNeeded = (evaluator: string, split: string) =>
  new MochiError('MOCHI_LABELS_NEEDED', {
    happened: `The evaluator ${evaluator} needs labels, and the split ${split} has none.`,
    expected: 'a data set whose samples have classes, at least in part',
    fix: 'Use labelled data for evaluation, or an evaluator that needs none: retrieval by id, representation.',
  });

export const tooFewRows = (evaluator: string, split: string, rows: number, least: number) =>
  new MochiError('MOCHI_TOO_FEW_ROWS', {
    happened: `The evaluator ${evaluator} got ${rows} usable rows of ${split}.`,
    expected: `at least ${least}`,
    fix: 'Name another split, or add data to this one. Unlabelled rows do not count where labels are needed.',
  });

export const featuresMismatch = (happened: string, expected: string) =>
  new MochiError('MOCHI_FEATURES_MISMATCH', {
    happened,
    expected,
    fix: 'Compare features of the same encoder and the same layer, and give one entry for each row.',
  });

export const noMatches = (queries: string, gallery: string, by: string) =>
  new MochiError('MOCHI_NO_MATCHES', {
    happened: `No row of ${queries} has a counterpart in ${gallery} by ${by}, so recall would be 0 whatever the features.`,
    expected: 'queries whose id (or label) is in the gallery, besides the query itself where `excludeSelf` leaves it out',
    fix: 'Check `queries`, `gallery`, `by` and `excludeSelf`.',
  });

export const oneClass = (evaluator: string, split: string) =>
  new MochiError('MOCHI_ONE_CLASS', {
    happened: `All labelled rows that the evaluator ${evaluator} got of ${split} are of one class.`,
    expected: 'rows of two classes or more: with one, every answer is right',
    fix: 'Evaluate on data with several classes, or use an evaluator that needs no labels.',
  });

export const modelNeeded = (evaluator: string) =>
  new MochiError('MOCHI_MODEL_NEEDED', {
    happened: `The evaluator ${evaluator} needs the network and its images, and was given features alone.`,
    expected: 'a run, or a checkpoint of one',
    fix: 'Use it in a run or with mochi eval, or choose an evaluator that reads features alone: knn, linear, collapse.',
  });

export const idListUnreadable = (path: string, line: string) =>
  new MochiError('MOCHI_ID_LIST', {
    happened: `The list of samples ${path} has the line ${JSON.stringify(line)}, which is no sample of the training split.`,
    expected: 'one number of a sample of the training split on each line',
    fix: 'Correct the list, or delete it: it is then drawn anew by idsSeed.',
  });

export const setTwice = (name: string) =>
  new MochiError('MOCHI_SET_TWICE', {
    happened: `Two sets of transfer-linear are called "${name}".`,
    expected: 'a name of its own for each, since results are kept as top1@NAME',
    fix: `Give one of them another, e.g. { data: { name: ${name}, ... }, as: ${name}-2 }.`,
  });
