import { DEFAULT_BANK, type Drawn } from '@mochi/contract';
import type * as tf from '@tensorflow/tfjs-core';
import { bankCondition } from './bank-condition.js';
import { bankBlockOf, banksIn, columnsOf } from './columns.js';
import { falseNegatives, rowsLeftOut, syntheticFalseNegatives } from './false-negatives.js';
import { hardestOf } from './hardest.js';
import { matchingMetrics } from './matching.js';
import { once, type Measures } from './measures.js';
import { proxyAccuracies } from './proxy-accuracy.js';
import { querySpread } from './query-spread.js';
import { syntheticHardness } from './synthetic.js';

/** What the metrics are measured on. Constants. */
export interface Measured {
  readonly drawn: Drawn;
  /** Steps done before this one, int32 scalar. */
  readonly step: tf.Scalar;
}

export interface MeasureOptions {
  /** N. Default: a sixteenth of the bank's rows, at most 1,024. */
  readonly n?: number;
}

/**
 * Every metric that a draw allows, see the README for units and meaning. Those of a bank other than the default one are called `NAME.metric`;
 * those of labels are there only where the bank keeps labels; those of synthetic negatives only where there are any.
 */
export function negativeMetrics({ drawn, step }: Measured, { n }: MeasureOptions): Measures {
  const columns = once(() => columnsOf(drawn));
  const { labels } = drawn;
  const ofBanks = banksIn(drawn).map((name): Measures => {
    const view = drawn.banks[name]!;
    const hardest = once(() => hardestOf(view, n));
    const block = bankBlockOf(drawn, name);
    return prefixed(name, {
      ...(labels && view.state.labels ? falseNegatives(view, labels, hardest, block) : {}),
      ...(block ? { rowsLeftOut: () => rowsLeftOut(view, block) } : {}),
      ...bankCondition(view, drawn, step, hardest),
    });
  });
  return {
    ...proxyAccuracies(drawn, columns),
    ...matchingMetrics(drawn, columns),
    ...syntheticHardness(drawn, columns),
    ...(labels ? syntheticFalseNegatives(drawn, labels) : {}),
    ...Object.fromEntries(ofBanks.flatMap((measures) => Object.entries(measures))),
    querySpread: () => querySpread(drawn.queries),
  };
}

const prefixed = (bank: string, measures: Measures): Measures =>
  bank === DEFAULT_BANK
    ? measures
    : Object.fromEntries(Object.entries(measures).map(([name, measure]) => [`${bank}.${name}`, measure]));
