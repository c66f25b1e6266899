import type { DataFingerprint, ModelMetric } from '@mochi/contract';
import { table } from './table.js';

/** The metrics as a table, with what one needs to read them: interval, chance, the value at the start, settings, splits among them. */
export function metricsText(metrics: Readonly<Record<string, ModelMetric>>, { splits }: DataFingerprint): string {
  const entries = Object.entries(metrics);
  if (entries.length === 0) return 'None were measured.';
  const classes = splits[0]?.classes ?? null;
  const columns: [string, (name: string, metric: ModelMetric) => string][] = [
    ['metric', (name) => name],
    ['value', (_, metric) => valueText(metric)],
    ['by chance', (name, metric) => chanceText(name, metric, classes)],
    ['at the start', (_, { atStart, unit }) => (atStart === undefined ? '' : number(atStart, unit))],
    ['better', (_, { better }) => better],
    ['measured with', (_, metric) => settingsText(metric)],
  ];
  const told = columns.filter(([, textOf]) => entries.some(([name, metric]) => textOf(name, metric) !== ''));
  const rows = entries.map(([name, metric]) => told.map(([, textOf]) => textOf(name, metric)));
  const shown = table(told.map(([head]) => head), rows); // prettier-ignore
  const hasInterval = entries.some(([, { low }]) => low !== undefined);
  return hasInterval ? `${shown}\n\nIn brackets: the 95 % interval, by bootstrap over the n images.` : shown;
}

const number = (value: number, unit: string): string => `${value.toFixed(2)} ${unit}`.trim();

function valueText({ value, unit, low, high, n }: ModelMetric): string {
  const interval = low === undefined || high === undefined ? '' : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `${number(value, unit)}${interval}${n === undefined ? '' : `, n ${n}`}`;
}

/** Of an accuracy among the classes of the run's own data. `transfer-linear` has data sets of its own: its setting `sets`. */
function chanceText(name: string, { unit, settings }: ModelMetric, classes: number | null): string {
  const top = /^[^/]+\/top(\d+)(@|$)/.exec(name)?.[1];
  if (top === undefined || classes === null || unit !== '%' || settings?.['sets'] !== undefined) return '';
  return number((100 * Math.min(Number(top), classes)) / classes, unit);
}

/** `k 200, temperature 0.07, test test`: what was set, or set by default; nothing that is null. */
const settingsText = ({ settings = {} }: ModelMetric): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
