import * as Plot from '@observablehq/plot';
import type { PathChart } from '../../src/page/charts.js';
import { digits } from '../../src/page/numbers.js';
import { framed, scaleOf, type Frame } from '../frame.js';

/** Two quantities against each other: a ring where a run begins, a dot where it ends. */
export function drawPath(chart: PathChart, frame: Frame): SVGSVGElement {
  const { state, colours, width } = frame;
  const paths = chart.paths.filter(({ group }) => !state.hidden.has(group));
  const data = paths.flatMap(({ points, group }) => points.map(([x, y, at]) => ({ x, y, at, group })));
  const ends = paths.flatMap(({ points, group }) => (points.length > 0 ? [{ group, from: points[0]!, to: points.at(-1)! }] : []));
  const colour = ({ group }: { group: number }): string => colours.groups[group]!;
  return framed(chart, frame, {
    height: Math.min(380, Math.max(240, Math.round(0.7 * width))),
    x: scaleOf(chart.x, width),
    y: scaleOf(chart.y, 600),
    marks: [
      ...paths.map(({ points, group }) => Plot.line(points, { x: '0', y: '1', stroke: colours.groups[group], strokeWidth: 1.6, markerMid: 'none' })), // prettier-ignore
      Plot.dot(data, { x: 'x', y: 'y', fill: colour, r: 2 }),
      Plot.dot(ends, { x: ({ from }: (typeof ends)[number]) => from[0], y: ({ from }: (typeof ends)[number]) => from[1], stroke: colour, fill: colours.ground, r: 4, strokeWidth: 1.8 }), // prettier-ignore
      Plot.dot(ends, { x: ({ to }: (typeof ends)[number]) => to[0], y: ({ to }: (typeof ends)[number]) => to[1], fill: colour, r: 5 }),
      Plot.tip(data, Plot.pointer({
        ...{ x: 'x', y: 'y', fill: colours.ground, stroke: colours.faint },
        title: ({ x, y, at, group }: (typeof data)[number]) =>
          `${state.data.groups[group]}\n${chart.at} ${digits(at)}\n${chart.x.label}: ${digits(x)}\n${chart.y.label}: ${digits(y)}`,
      })),
    ],
  }); // prettier-ignore
}
