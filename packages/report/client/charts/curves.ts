import * as Plot from '@observablehq/plot';
import type { CurvesChart, Line, Point } from '../../src/page/charts.js';
import { digits } from '../../src/page/numbers.js';
import { smooth } from '../../src/page/smooth.js';
import { framed, scaleOf, type Frame } from '../frame.js';

/** Lines over steps. What is smoothed stands before what was measured, which stays to be seen faintly. */
export function drawCurves(chart: CurvesChart, frame: Frame): SVGSVGElement {
  const { state, colours, width } = frame;
  const lines = chart.lines.filter(({ group }) => !state.hidden.has(group));
  const weight = chart.smooth ? state.smoothing : 0;
  const colourOf = ({ group }: Line): string => colours.groups[group]!;
  const shown = lines.map((line) => ({ line, points: weight > 0 ? smooth(line.points, weight) : line.points }));
  const line = (points: readonly Point[], given: Line, opacity: number, thick: number): Plot.Markish =>
    Plot.lineY(points, { x: '0', y: '1', stroke: colourOf(given), strokeOpacity: opacity, strokeWidth: thick, strokeDasharray: given.dashed ? '5 4' : undefined }); // prettier-ignore
  const few = lines.every(({ points }) => points.length <= 40);
  return framed(chart, frame, {
    x: scaleOf(chart.x, width),
    y: { ...scaleOf(chart.y, 500), ...flatDomain(lines), tickFormat: digits },
    marks: [
      ...lines.filter(({ band }) => band).map((one) => Plot.areaY(one.band, { x: '0', y1: '1', y2: '2', fill: colourOf(one), fillOpacity: 0.18 })), // prettier-ignore
      ...(weight > 0 ? lines.map((one) => line(one.points, one, 0.25, 1)) : []),
      ...shown.map(({ line: one, points }) => line(points, one, 1, one.dashed ? 1.4 : 1.8)),
      ...(few ? lines.map((one) => Plot.dot(one.points, { x: '0', y: '1', fill: colourOf(one), r: 2.2 })) : []),
      tips(chart, shown, frame),
    ],
  });
}

/** Room about a curve that does not change, which has no range of its own. */
function flatDomain(lines: readonly Line[]): Plot.ScaleOptions {
  const values = lines.flatMap(({ points, band }) => [...points.map(([, y]) => y), ...(band ?? []).flatMap(([, low, high]) => [low, high])]);
  const [first = 0] = values;
  return values.every((value) => value === first) ? { domain: [first - (Math.abs(first) / 2 || 1), first + (Math.abs(first) / 2 || 1)] } : {};
} // prettier-ignore

function tips(chart: CurvesChart, shown: readonly { line: Line; points: readonly Point[] }[], { state, colours }: Frame) {
  const data = shown.flatMap(({ line, points }) => points.map(([x, y]) => ({ x, y, line })));
  return Plot.tip(
    data,
    Plot.pointer({
      x: 'x',
      y: 'y',
      fill: colours.ground,
      stroke: colours.faint,
      title: ({ x, y, line }: (typeof data)[number]) =>
        `${state.data.groups[line.group]}${line.name ? `, ${line.name}` : ''}\n${chart.x.label} ${digits(x)}: ${digits(y)}`,
    }),
  );
}
