import type { Chart } from './charts.js';

/** A report before it is HTML: everything in it is data, so that each plot has its table, and tests can look at it without a browser. */
export interface Page {
  readonly title: string;
  /** What it is about, in a line. */
  readonly subtitle: string;
  /** What a reader must know first: failures, what is missing. */
  readonly notes: readonly Note[];
  /** What colours stand for, in the order of the colours: runs, or variants of a comparison. */
  readonly groups: readonly string[];
  readonly sections: readonly Section[];
  /** Small images laid side by side, each drawn from by sprites and maps. */
  readonly atlases: readonly Atlas[];
}

export interface Note {
  readonly level: 'error' | 'warning' | 'info';
  readonly text: string;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How to read what follows. */
  readonly intro?: string;
  readonly blocks: readonly Block[];
  /** Shows the control that smooths curves. */
  readonly smoothing?: boolean;
}

export type Block =
  | { readonly kind: 'text'; readonly level: Note['level']; readonly text: string }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'images'; readonly strip: ImageStrip }
  /** Folded away until it is asked for. */
  | { readonly kind: 'details'; readonly summary: string; readonly text: string }
  | { readonly kind: 'folded'; readonly summary: string; readonly blocks: readonly Block[] };

export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Colours of the rows, in place of nothing: an index of `groups`. */
  readonly groups?: readonly number[];
  /** Name of the file that its CSV is saved as; without it there is no such button. */
  readonly csv?: string;
}

/** `mark`: `differs` stands out, `good` and `bad` are judged. */
export type Cell = string | number | null | { readonly text: string; readonly mark: 'differs' | 'good' | 'bad' };

/** Rows of images with a word to each row. */
export interface ImageStrip {
  readonly caption: string;
  readonly rows: readonly { readonly label: string; readonly images: readonly Sprite[] }[];
  /** Names of the columns, where they have any. */
  readonly columns?: readonly string[];
  /** Side of an image on the page, CSS pixels. */
  readonly size: number;
}

export interface Sprite {
  readonly atlas: number;
  /** Place in the atlas, row by row. */
  readonly at: number;
  /** What a person who does not see it is told. */
  readonly label: string;
  readonly mark?: 'good' | 'bad';
}

export interface Atlas {
  /** `data:image/...;base64,...` */
  readonly url: string;
  /** Side of a cell, pixels. */
  readonly cell: number;
  readonly columns: number;
  readonly count: number;
}
