import type { Difference } from './paired.js';
import { differenceText, differenceUnit, few, verdict } from './table.js';
import type { CompareReport } from './report.js';

/** The metric that a comparison is about: the first accuracy, else the first of an evaluator that has a direction. */
export const mainMetric = ({ metrics, about }: Pick<CompareReport, 'metrics' | 'about'>): string | undefined =>
  metrics.find((name) => about[name]!.unit === '%' && about[name]!.better !== null) ??
  metrics.find((name) => about[name]!.better !== null);

/** What the comparison found, a plain sentence for each variant, and how long the runs were; empty where there is only the baseline. */
export function answers(report: CompareReport): string[] {
  const name = mainMetric(report);
  const others = report.variants.filter(({ variant }) => variant !== report.baseline);
  if (name === undefined || others.length === 0) return [];
  const found = others.map(({ variant, differences }) => {
    const difference = differences[name];
    return difference ? sentence(variant, difference, name, report) : `${variant} and ${report.baseline} have no seed in common with a value of ${name}.`; // prettier-ignore
  });
  return [...found, ...lengthText(report)];
}

/** `Each run had 200 steps (4 epochs).` Nothing before one is over. */
function lengthText({ runs }: CompareReport): string[] {
  const range = (values: readonly (number | null)[]): string => {
    const known = values.filter((value) => value !== null);
    const [least, most] = [Math.min(...known), Math.max(...known)].map(few);
    return known.length === 0 ? '' : least === most ? least! : `${least} to ${most}`;
  };
  const [steps, epochs] = [range(runs.map((run) => run.steps)), range(runs.map((run) => run.epochs))];
  if (steps === '') return [];
  return [
    `Each run had ${steps} ${steps === '1' ? 'step' : 'steps'}${epochs === '' ? '' : ` (${epochs} ${epochs === '1' ? 'epoch' : 'epochs'})`}.`,
  ];
}

function sentence(variant: string, difference: Difference, name: string, { baseline, about }: CompareReport): string {
  const { mean, low, high, pairs, reason } = difference;
  const unit = differenceUnit(about[name]!);
  const many = `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'}`;
  const of = unit === '' ? `of ${name}` : `${unit} of ${name}`;
  if (reason !== null)
    return `No difference between ${variant} and ${baseline} was resolved; ${many}, ${differenceText(difference)} ${of}: ${reason}.`;
  const turned = mean < 0 ? { low: -high!, high: -low! } : { low: low!, high: high! };
  const [size, from, to] = [Math.abs(mean), turned.low, turned.high].map(few);
  return `${variant} is ${verdict(difference, about[name]!)} than ${baseline} by ${size} ${of} (${from} to ${to}; ${many}).`;
}
