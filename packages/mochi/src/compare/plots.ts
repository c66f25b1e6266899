import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Curves } from './curves.js';
import type { CompareReport, RunReport } from './report.js';
import { cellsOf } from './table.js';

/** A run with its curves. */
export interface PlottedRun extends Pick<RunReport, 'variant' | 'seed' | 'id'> {
  readonly curves: Curves;
}

const RANK = /^matchingProbability(\d+)$/;

/** Curves of every metric of the table, the profile of matching probabilities at the end, and the table: one page that needs no other file. */
export function comparePage(report: CompareReport, runs: readonly PlottedRun[]): string {
  const variants = [...new Set(runs.map(({ variant }) => variant))];
  const charts = [...report.metrics.map((name) => curvesPlot(name, runs, variants)), profilePlot(runs, variants)];
  const [header, ...rows] = cellsOf(report);
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(report.name)}</title>
<style>
  body { font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 1320px; padding: 0 1em; color: #222; background: #fff }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(400px, 1fr)); gap: 1.5em }
  section { break-inside: avoid } h2 { font-size: 1em; margin: 0 0 .3em } div { overflow-x: auto }
  table { border-collapse: collapse; margin: 1em 0 } th, td { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ddd }
  th:first-child, td:first-child { text-align: left } td { font-variant-numeric: tabular-nums; white-space: nowrap }
  .legend span { display: inline-block; margin-right: 1.2em } .legend i { display: inline-block; width: 1.4em; height: .25em; margin: 0 .4em .2em 0 }
</style>
<h1>${escaped(report.name)}</h1>
<div><table>${line(header!, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table></div>
<p class="legend">${variants.map((name, at) => `<span><i style="background:${colourOf(at, variants.length)}"></i>${escaped(name)}</span>`).join('')}</p>
<main>
${charts.filter((drawn) => drawn !== undefined).join('\n')}
</main>
</html>
`;
}

/** Undefined where no run has two readings: a point is no curve. */
function curvesPlot(name: string, runs: readonly PlottedRun[], variants: readonly string[]): string | undefined {
  const data = runs.flatMap(({ curves, variant, id }) =>
    (curves.get(name) ?? []).map(({ step, value }) => ({ x: step, y: value, variant, id })),
  );
  const enough = runs.some(({ curves }) => (curves.get(name)?.length ?? 0) > 1);
  return enough ? chart(name, data, variants, { x: { label: 'step' }, y: { label: null, grid: true } }) : undefined;
}

function profilePlot(runs: readonly PlottedRun[], variants: readonly string[]): string | undefined {
  const data = runs.flatMap(({ curves, variant, id }) =>
    [...curves].flatMap(([name, readings]) => {
      const [, rank] = RANK.exec(name) ?? [];
      const y = readings.at(-1)?.value;
      return rank === undefined || !y ? [] : [{ x: Number(rank), y, variant, id }];
    }),
  );
  if (data.length === 0) return undefined;
  data.sort((a, b) => a.x - b.x);
  const scales = {
    x: { label: 'rank of the negative', type: 'log', base: 2 },
    y: { label: null, type: 'log', grid: true },
  } as const;
  return chart('matching probability at the end', data, variants, scales);
}

interface Datum {
  readonly x: number;
  readonly y: number;
  readonly variant: string;
  readonly id: string;
}

function chart(title: string, data: readonly Datum[], variants: readonly string[], scales: Plot.PlotOptions): string {
  const { document } = parseHTML('<html><body></body></html>') as unknown as { document: never }; // a page without a browser
  const drawn = Plot.plot({
    ...scales,
    ...({ document } as object), // its type is the browser's, which this package does not have
    ...{ width: 420, height: 260, marginLeft: 50 },
    color: { domain: variants, range: variants.map((_, at) => colourOf(at, variants.length)) },
    marks: [Plot.line(data, { x: 'x', y: 'y', stroke: 'variant', z: 'id', strokeWidth: 1.5 })],
  }) as unknown as { outerHTML: string };
  return `<section><h2>${escaped(title)}</h2>${drawn.outerHTML}</section>`;
}

/** Hues evenly apart, alternately darker and lighter, so that neighbours differ in two ways. */
const colourOf = (at: number, count: number): string => `hsl(${Math.round((360 * at) / count)} 70% ${at % 2 === 0 ? 42 : 58}%)`;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!);
