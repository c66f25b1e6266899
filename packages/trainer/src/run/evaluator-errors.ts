import { MochiError } from '@mochi/contract';

export const evaluatorSplit = (evaluator: string, option: string, split: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_UNKNOWN_SPLIT', {
    happened: `The evaluator ${evaluator} reads the split "${split}" (its option ${option}), which the data do not have.`,
    expected: `one of: ${known.join(', ')}`,
    fix: `Correct ${option}, leave it out, or hold images out by data.holdout, which makes a split "test".`,
  });

export const evaluatorLabels = (evaluator: string, option: string, split: string): MochiError =>
  new MochiError('MOCHI_LABELS_NEEDED', {
    happened: `The evaluator ${evaluator} needs labels, and the split ${split} (its option ${option}) has none.`,
    expected: 'a split whose samples have classes, at least in part',
    fix: 'Evaluate on labelled data, or by an evaluator that needs none: representation, collapse, lidar.',
  });

/** @param returned What it returned instead, e.g. `undefined`, or `y, which it does not declare`. */
export const evaluatorResult = (evaluator: string, declared: readonly string[], returned: string): MochiError =>
  new MochiError('MOCHI_EVALUATOR_RESULT', {
    happened: `The evaluator ${evaluator} declared ${declared.join(', ') || 'no metric'}; its run returned ${returned}.`,
    expected: 'finite numbers, or { value, low, high, n }, by names that its metrics declare',
    fix: `Return { ${declared[0] ?? 'x'}: number } from run. What cannot be measured throws, or is left out beside others that can.`,
  });
