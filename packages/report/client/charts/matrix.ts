import * as Plot from '@observablehq/plot';
import type { MatrixChart } from '../../src/page/charts.js';
import { framed, type Frame } from '../frame.js';

/** Classes past which names no longer fit beside the cells. */
const NAMED = 24;

/** Rows: what it is; columns: what it was taken for. Shades are shares of the row, their roots, so that rare cells are seen. */
export function drawMatrix(chart: MatrixChart, frame: Frame): SVGSVGElement {
  const { colours, width } = frame;
  const { classes, counts } = chart;
  const totals = counts.map((row) => Math.max(1, row.reduce((sum, count) => sum + count, 0))); // prettier-ignore
  const data = counts.flatMap((row, y) =>
    row.flatMap((count, x) => (count === 0 ? [] : [{ x, y, count, share: count / totals[y]! }])),
  );
  const named = classes.length <= NAMED;
  const domain = classes.map((_, at) => at);
  const side = Math.min(width, named ? 140 + 30 * classes.length : 620);
  const short = (at: number): string => (classes[at]!.length > 16 ? `${classes[at]!.slice(0, 15)}…` : classes[at]!);
  const ticks = named ? domain : domain.filter((at) => at % Math.ceil(classes.length / 10) === 0);
  const left = named ? Math.min(width / 3, 24 + 7 * Math.max(...domain.map((at) => short(at).length))) : 44;
  return framed(chart, frame, {
    ...{ width: side, height: side, marginLeft: left, marginBottom: named ? left : 40, padding: named ? 0.04 : 0 },
    x: { domain, label: chart.columns.label, ticks, tickFormat: (at: number) => (named ? short(at) : String(at)), tickRotate: named ? -60 : 0 }, // prettier-ignore
    y: { domain, label: chart.rows.label, ticks, tickFormat: (at: number) => (named ? short(at) : String(at)) },
    color: { type: 'sqrt', domain: [0, 1], range: [colours.ground, colours.dark ? '#7cc4ff' : '#08519c'] },
    marks: [
      Plot.cell(data, { x: 'x', y: 'y', fill: 'share', inset: 0 }),
      ...(named && side / classes.length > 26
        ? [Plot.text(data, { x: 'x', y: 'y', text: ({ count }: (typeof data)[number]) => String(count), fill: ({ share }: (typeof data)[number]) => (share > 0.5 ? colours.ground : colours.text), fontSize: 10 })]
        : []),
      Plot.frame({ stroke: colours.grid }),
      Plot.tip(data, Plot.pointer({
        ...{ x: 'x', y: 'y', fill: colours.ground, stroke: colours.faint },
        title: ({ x, y, count, share }: (typeof data)[number]) =>
          `${chart.rows.label}: ${classes[y]}\n${chart.columns.label}: ${classes[x]}\n${count} of ${totals[y]} (${(100 * share).toFixed(0)} %)`,
      })),
    ],
  }); // prettier-ignore
}
