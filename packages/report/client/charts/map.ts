import * as Plot from '@observablehq/plot';
import type { MapChart } from '../../src/page/charts.js';
import { groupColours } from '../../src/page/palette.js';
import { framed, type Frame } from '../frame.js';

/** What the reader looks at in a map. */
export interface MapChoice {
  /** Index of `views`. */
  view: number;
  /** Class that stands out alone, or null: as many as have a colour. */
  only: number | null;
  /** Sample that is pointed at. */
  at: number | null;
}

/** Classes that have a colour of their own at a time. */
const COLOURED = 10;

/** Classes with a colour, in the order of the colours: all where they are few, else so many evenly spread, or the one that was asked for. */
export function colouredClasses({ labels, classes }: MapChart, only: number | null): number[] {
  if (only !== null) return [only];
  const present = [...new Set(labels ?? [])].filter((label) => label >= 0 && label < classes.length).sort((a, b) => a - b);
  if (present.length <= COLOURED) return present;
  return Array.from({ length: COLOURED }, (_, at) => present[Math.floor((at * present.length) / COLOURED)]!);
}

export function drawMap(chart: MapChart, frame: Frame, { view, only, at }: MapChoice): SVGSVGElement {
  const { colours, width } = frame;
  const { points, axes } = chart.views[view]!;
  const shown = colouredClasses(chart, only);
  const range = groupColours(COLOURED).map((pair) => pair[colours.dark ? 1 : 0]);
  const placeOf = (sample: number): number => (chart.labels ? shown.indexOf(chart.labels[sample]!) : -1);
  const data = points.map(([x, y], sample) => ({ x, y, sample, place: placeOf(sample) }));
  const grey = data.filter(({ place }) => place < 0);
  const coloured = data.filter(({ place }) => place >= 0);
  const pointed = at === null ? [] : [data[at]!];
  return framed(chart, frame, {
    height: Math.min(560, Math.max(300, Math.round(0.75 * width))),
    ...{ marginLeft: 24, marginBottom: 30 },
    x: { label: axes[0], ticks: 0 },
    y: { label: axes[1], ticks: 0 },
    marks: [
      Plot.frame({ stroke: colours.grid }),
      Plot.dot(grey, { x: 'x', y: 'y', fill: chart.labels ? colours.faint : colours.groups[0], fillOpacity: chart.labels ? 0.3 : 0.7, r: 2.5 }), // prettier-ignore
      Plot.dot(coloured, { x: 'x', y: 'y', fill: ({ place }: (typeof data)[number]) => range[place]!, fillOpacity: 0.9, r: 3.2 }),
      Plot.dot(pointed, { x: 'x', y: 'y', stroke: colours.text, strokeWidth: 2, r: 6 }),
      Plot.dot(data, Plot.pointer({ x: 'x', y: 'y', stroke: colours.text, strokeWidth: 2, r: 6, maxRadius: 30 })),
    ],
  });
}
