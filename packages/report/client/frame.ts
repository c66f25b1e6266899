import * as Plot from '@observablehq/plot';
import type { Axis, Chart } from '../src/page/charts.js';
import type { Colours } from './colours.js';
import type { State } from './state.js';

/** What a chart is drawn from. */
export interface Frame {
  readonly state: State;
  readonly colours: Colours;
  /** CSS pixels. */
  readonly width: number;
}

/** Charts are this high at most, and never higher than 3/4 of their width. */
const HEIGHT = 280;

/** A plot with the theme's colours, and words for those who do not see it. */
export function framed(chart: Chart, { colours, width }: Frame, options: Plot.PlotOptions): SVGSVGElement {
  const drawn = Plot.plot({
    width,
    height: Math.round(Math.max(200, Math.min(HEIGHT, 0.75 * width))),
    marginLeft: 52,
    marginTop: 30,
    marginBottom: 42,
    marginRight: 18,
    ariaLabel: chart.title,
    ariaDescription: chart.summary,
    style: { color: colours.text, background: colours.ground, fontSize: '12px', fontFamily: 'system-ui, sans-serif', overflow: 'visible' },
    ...options,
  }); // prettier-ignore
  const svg = drawn instanceof SVGSVGElement ? drawn : drawn.querySelector('svg')!;
  svg.setAttribute('role', 'img');
  return svg;
}

/** Options of a numeric scale; ticks fewer where there is less room. */
export const scaleOf = ({ label, log }: Axis, width: number): Plot.ScaleOptions => ({
  label,
  ...(log ? { type: 'log' as const } : {}),
  ticks: Math.max(3, Math.round(width / 110)),
  ...(log ? { tickFormat: (value: number) => (Number.isInteger(Math.log10(value)) ? String(value) : '') } : {}),
  grid: true,
  nice: !log,
});
