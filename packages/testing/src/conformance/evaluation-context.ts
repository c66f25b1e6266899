import { MochiError, type EvalContext, type Features } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import { progressAt } from './suite.js';

/** Features of splits, by name. */
export type Splits = Readonly<Record<string, Features>>;

export interface EvaluationOptions {
  /** Names of the splits of the data. Default: train, test. */
  readonly splits?: readonly string[];
  /** Rows of the first split; the others have half as many. Default 60. */
  readonly rows?: number;
  /** Width of the features. Default 8. */
  readonly dim?: number;
}

const CLASSES = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen', 'ibis', 'jay'];

/** Labelled features about one centre for each of ten classes, so that whatever is measured is neither perfect nor chance. */
export function evaluationSplits({ splits = ['train', 'test'], rows = 60, dim = 8 }: EvaluationOptions): Splits {
  const centres = Array.from({ length: CLASSES.length * dim }, noiseOf(1));
  return Object.fromEntries(
    splits.map((name, at) => [name, split(at === 0 ? rows : Math.ceil(rows / 2), dim, centres, noiseOf(2 + at))]),
  );
}

function split(rows: number, dim: number, centres: readonly number[], noise: () => number): Features {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % CLASSES.length);
  const features = Float32Array.from({ length: rows * dim }, (_, at) => {
    const row = Math.floor(at / dim);
    return centres[labels[row]! * dim + (at % dim)]! + 0.6 * noise();
  });
  return { rows, dim, features, ids: Int32Array.from(labels.keys()), labels, classes: CLASSES };
}

/** Reproducible noise in [-1, 1). */
function noiseOf(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** What a trainer hands over at the end of an epoch. */
export const evaluationContext = (splits: Splits): EvalContext => ({
  progress: progressAt(500, 64),
  splits: Object.keys(splits),
  heldOut: (labels = true) =>
    Promise.resolve(Object.keys(splits).find((name) => name !== 'train' && (!labels || splits[name]!.labels))),
  rng: createRng(1, 'evaluate', 500),
  signal: new AbortController().signal,
  features(name) {
    const found = splits[name];
    return found ? Promise.resolve(found) : Promise.reject(noSplit(name, Object.keys(splits)));
  },
});

const noSplit = (name: string, known: readonly string[]) =>
  new MochiError('MOCHI_UNKNOWN_SPLIT', {
    happened: `The data of the conformance suite have no split "${name}".`,
    expected: `one of: ${known.join(', ')}`,
    fix: 'Name the splits that the evaluator reads: evaluatorConformance(plugin, options, { splits: [...] }).',
  });
