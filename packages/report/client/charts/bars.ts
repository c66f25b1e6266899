import * as Plot from '@observablehq/plot';
import type { BarsChart } from '../../src/page/charts.js';
import { digits } from '../../src/page/numbers.js';
import { groupColours } from '../../src/page/palette.js';
import { framed, scaleOf, type Frame } from '../frame.js';

/** Bars of parts, one for each run. */
export function drawBars(chart: BarsChart, frame: Frame): SVGSVGElement {
  const { colours, width } = frame;
  const data = chart.bars.flatMap(({ name, values }) => values.map((value, at) => ({ name, value, part: chart.parts[at]! })));
  const range = partColours(chart.parts.length, colours.dark);
  const longest = Math.max(...chart.bars.map(({ name }) => name.length));
  const narrow = width < 560;
  return framed(chart, frame, {
    height: 74 + chart.bars.length * (narrow ? 48 : 32),
    marginLeft: narrow ? 10 : Math.min(220, 16 + 7 * longest),
    x: { ...scaleOf(chart.x, width), nice: false },
    y: { label: null, domain: chart.bars.map(({ name }) => name), ...(narrow ? { axis: null } : {}) },
    color: { domain: [...chart.parts], range },
    marks: [
      Plot.barX(data, Plot.stackX({ x: 'value', y: 'name', fill: 'part', order: [...chart.parts], insetTop: narrow ? 18 : 3, insetBottom: 3 })), // prettier-ignore
      ...(narrow
        ? [Plot.text(chart.bars, { y: 'name', x: () => 0, text: 'name', textAnchor: 'start', dy: -15, fill: colours.text })]
        : []),
      Plot.tip(data, Plot.pointerY(Plot.stackX({
        ...{ x: 'value', y: 'name', order: [...chart.parts], z: 'part', fill: colours.ground, stroke: colours.faint },
        title: ({ name, part, value }: (typeof data)[number]) => `${name}\n${part}: ${digits(value)} ${chart.x.label}`,
      }))),
    ],
  }); // prettier-ignore
}

const partColours = (count: number, dark: boolean): string[] => groupColours(count).map((pair) => pair[dark ? 1 : 0]);

/** What the colours of the parts are. */
export function barsLegend(chart: BarsChart, { colours }: Frame): Element {
  const list = document.createElement('ul');
  list.className = 'parts';
  const range = partColours(chart.parts.length, colours.dark);
  chart.parts.forEach((part, at) => {
    const item = document.createElement('li');
    const swatch = document.createElement('i');
    swatch.className = 'swatch';
    swatch.style.background = range[at]!;
    item.append(swatch, part);
    list.append(item);
  });
  return list;
}
