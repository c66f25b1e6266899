import type { BarsChart } from '../page/charts.js';
import type { Block, Cell, Section } from '../page/page.js';
import { COST_PARTS } from '../run/costs.js';
import type { RunRecord } from '../run/read-run.js';

/** Where the time went, in seconds by part, and the pace. */
export function costSection(runs: readonly RunRecord[]): Section {
  const parts = COST_PARTS.filter((part) => runs.some(({ costs }) => costs.parts[part]! > 0));
  if (parts.length === 0) {
    const none: Block = { kind: 'text', level: 'info', text: 'No step was recorded, so it is not known where the time went.' };
    return { id: 'cost', title: 'Cost', blocks: [none] };
  }
  const chart: BarsChart = {
    ...{ kind: 'bars', id: 'cost-parts', title: 'Where the time went', wide: true, x: { label: 'seconds' }, parts },
    bars: runs.map(({ name, costs }) => ({ name, values: parts.map((part) => Number(costs.parts[part]!.toFixed(2))) })),
    summary: 'Wall time of each run by what it was spent on. Waiting for data is what the input could not hide behind the steps.',
  };
  const rows = runs.map(({ name, costs }): Cell[] => [name, costs.stepMs, costs.imagesPerSecond, ...parts.map((part) => costs.parts[part]!)]); // prettier-ignore
  const columns = ['run', 'step, median (ms)', 'images a second', ...parts.map((part) => `${part} (s)`)];
  const caption = 'Pace, the first fifth of the steps left out, and seconds by part';
  const groups = runs.map((_, at) => at);
  return { id: 'cost', title: 'Cost', blocks: [{ kind: 'chart', chart }, { kind: 'table', table: { caption, columns, rows, groups, csv: 'cost' } }] }; // prettier-ignore
}
