import * as Plot from '@observablehq/plot';
import type { IntervalsChart } from '../../src/page/charts.js';
import { digits } from '../../src/page/numbers.js';
import { framed, scaleOf, type Frame } from '../frame.js';

/** Estimates as dots on their intervals; what they are the mean of as ticks. */
export function drawIntervals(chart: IntervalsChart, frame: Frame): SVGSVGElement {
  const { state, colours, width } = frame;
  const rows = chart.rows.filter(({ group }) => !state.hidden.has(group));
  const points = rows.flatMap(({ name, group, points }) => points.map((value) => ({ name, group, value })));
  const colour = ({ group }: { group: number }): string => colours.groups[group]!;
  const narrow = width < 560;
  const longest = Math.max(1, ...rows.map(({ name }) => name.length));
  const bounded = rows.filter(({ low }) => low !== null);
  return framed(chart, frame, {
    height: 76 + rows.length * (narrow ? 44 : 30),
    marginLeft: narrow ? 12 : Math.min(260, 16 + 7 * longest),
    x: scaleOf(chart.x, width),
    y: { label: null, domain: rows.map(({ name }) => name), ...(narrow ? { axis: null } : {}), padding: 0.4 },
    marks: [
      Plot.ruleX([chart.zero], { stroke: colours.text, strokeOpacity: 0.6 }),
      Plot.tickX(points, { x: 'value', y: 'name', stroke: colour, strokeOpacity: 0.45 }),
      Plot.ruleY(bounded, { x1: 'low', x2: 'high', y: 'name', stroke: colour, strokeWidth: 3 }),
      Plot.dot(rows, { x: 'mean', y: 'name', fill: colour, r: 5, stroke: colours.ground }),
      ...(narrow ? [Plot.text(rows, { y: 'name', text: 'name', frameAnchor: 'left', textAnchor: 'start', dy: -15, fill: colours.text })] : []), // prettier-ignore
      Plot.tip(rows, Plot.pointerY({
        ...{ x: 'mean', y: 'name', fill: colours.ground, stroke: colours.faint },
        title: ({ name, mean, low, high }: (typeof rows)[number]) =>
          `${name}\n${digits(mean)}${low === null || high === null ? '' : `, ${chart.interval} ${digits(low)} to ${digits(high)}`}`,
      })),
    ],
  }); // prettier-ignore
}
