import * as Plot from '@observablehq/plot';
import type { HeatChart } from '../../src/page/charts.js';
import { digits } from '../../src/page/numbers.js';
import { framed, type Frame } from '../frame.js';

/** A grid of values, with a bar that says what its colours are. */
export function drawHeat(chart: HeatChart, frame: Frame): SVGSVGElement {
  const { colours, width } = frame;
  const data = chart.cells.flatMap((row, y) =>
    row.flatMap((value, x) => (value === null ? [] : [{ x: chart.x.values[x]!, y: chart.y.values[y]!, value }])),
  );
  const most = Math.max(2, Math.floor((width - 70) / 44));
  const every = Math.ceil(chart.x.values.length / most);
  const ticks = chart.x.values.filter((_, at) => at % every === 0);
  return framed(chart, frame, {
    marginBottom: 38,
    padding: 0,
    x: { type: 'band', domain: [...chart.x.values], label: chart.x.label, ticks, tickFormat: (value: number) => digits(value) },
    y: { type: 'band', domain: [...chart.y.values], label: chart.y.label },
    color: { type: chart.value.log ? 'log' : 'linear', scheme: 'viridis', label: chart.value.label },
    marks: [
      Plot.cell(data, { x: 'x', y: 'y', fill: 'value' }),
      Plot.tip(
        data,
        Plot.pointer({
          ...{ x: 'x', y: 'y', fill: colours.ground, stroke: colours.faint },
          title: ({ x, y, value }: (typeof data)[number]) =>
            `${chart.x.label} ${digits(x)}\n${chart.y.label} ${y}\n${chart.value.label} ${digits(value)}`,
        }),
      ),
    ],
  });
}

/** Both ends and the middle: more would lie upon each other. */
const rampTicks = ([low, high]: readonly number[], log: boolean): number[] =>
  low === high ? [low!] : [low!, log ? Math.sqrt(low! * high!) : (low! + high!) / 2, high!];

/** What the colours of a heat map mean, as a ramp. */
export function heatLegend(chart: HeatChart, { colours, width }: Frame): Element | null {
  const values = chart.cells.flat().filter((value): value is number => value !== null);
  if (values.length === 0) return null;
  const domain = [Math.min(...values), Math.max(...values)];
  const type = chart.value.log ? ('log' as const) : ('linear' as const);
  const legend = Plot.legend({
    color: { type, scheme: 'viridis', domain, label: chart.value.label },
    ...{ ticks: rampTicks(domain, chart.value.log ?? false), tickFormat: (value: number) => value.toPrecision(1) },
    width: Math.min(260, width),
    style: { color: colours.text, background: 'transparent', fontFamily: 'system-ui, sans-serif' },
  } as unknown as Plot.LegendOptions);
  legend?.setAttribute('aria-hidden', 'true'); // the caption and the table say it
  return legend ?? null;
}
