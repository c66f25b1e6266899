/** What all charts have. `id` names the files that are saved of it: letters, digits and dashes. */
interface ChartBase {
  readonly id: string;
  readonly title: string;
  /** What is drawn and how to read it: the caption, and what screen readers say. */
  readonly summary: string;
  /** Takes the whole width. */
  readonly wide?: boolean;
}

export interface Axis {
  /** With its unit. */
  readonly label: string;
  readonly log?: boolean;
}

export type Point = readonly [x: number, y: number];

/** A line of one group. */
export interface Line {
  /** Index of `Page.groups`: its colour. */
  readonly group: number;
  /** What tells it from other lines of the group: a seed, a bound. */
  readonly name?: string;
  readonly points: readonly Point[];
  /** Low and high at each x: a confidence interval, or one deviation to each side. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** Drawn dashed: a base rate or a bound, not the thing itself. */
  readonly dashed?: boolean;
}

export interface CurvesChart extends ChartBase {
  readonly kind: 'curves';
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Whether the page's smoothing applies: one batch says little, an evaluation is what it is. */
  readonly smooth: boolean;
  /** What bands are, for the legend and the data table. */
  readonly bands?: string;
}

/** Two quantities of a run against each other, in the order of `at`. */
export interface PathChart extends ChartBase {
  readonly kind: 'path';
  readonly x: Axis;
  readonly y: Axis;
  /** What `at` counts. */
  readonly at: string;
  readonly paths: readonly {
    readonly group: number;
    readonly points: readonly (readonly [x: number, y: number, at: number])[];
  }[];
}

export interface HeatChart extends ChartBase {
  readonly kind: 'heat';
  readonly x: { readonly label: string; readonly values: readonly number[] };
  readonly y: { readonly label: string; readonly values: readonly (number | string)[] };
  readonly value: Axis;
  /** Row by row from the first y; null: not measured. */
  readonly cells: readonly (readonly (number | null)[])[];
}

export interface BarsChart extends ChartBase {
  readonly kind: 'bars';
  readonly x: Axis;
  readonly parts: readonly string[];
  readonly bars: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Estimates with their intervals, about a line at `zero`. */
export interface IntervalsChart extends ChartBase {
  readonly kind: 'intervals';
  readonly x: Axis;
  readonly zero: number;
  /** What `low` and `high` are. */
  readonly interval: string;
  readonly rows: readonly {
    readonly name: string;
    readonly group: number;
    readonly mean: number;
    readonly low: number | null;
    readonly high: number | null;
    /** What the mean is of. */
    readonly points: readonly number[];
  }[];
}

/** Samples in the plane, by several projections. */
export interface MapChart extends ChartBase {
  readonly kind: 'map';
  readonly views: readonly {
    readonly name: string;
    readonly axes: readonly [string, string];
    readonly points: readonly Point[];
  }[];
  /** Class of each sample, -1 for none; null where there are no labels. */
  readonly labels: readonly number[] | null;
  readonly classes: readonly string[];
  /** Path or name of each sample. */
  readonly names: readonly string[];
  /** Where its image is, in the atlas. */
  readonly atlas: number | null;
  readonly images: readonly number[];
}

/** How often samples of a class (row) were taken for another (column). */
export interface MatrixChart extends ChartBase {
  readonly kind: 'matrix';
  readonly rows: { readonly label: string };
  readonly columns: { readonly label: string };
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export type Chart = CurvesChart | PathChart | HeatChart | BarsChart | IntervalsChart | MapChart | MatrixChart;
