import type { Compared } from './pairs.js';

/** What a ratio (ours / peer) should be. */
export type Wanted = { readonly atLeast: number } | { readonly atMost: number };

export interface Measured extends Compared {
  readonly name: string;
  /** What was done, for the page. */
  readonly title: string;
  readonly unit: string;
  /** Who the peer is. */
  readonly against: string;
  readonly wanted: Wanted | null;
  /** Most resident memory of either side, MiB. */
  readonly memory?: { readonly ours: number | null; readonly peer: number | null };
}

/** What a row needs to be measured. */
export interface Bench {
  /** Folder of small images or photos: the user's own, or generated ones. */
  images(kind: 'small' | 'photos'): Promise<string>;
  /** The peer's Python. */
  python(): Promise<string>;
  readonly pairs: number;
  /** Tiny counts: does it run at all? */
  readonly quick: boolean;
  say(text: string): void;
}

/** Rows that are measured together. */
export interface Group {
  readonly names: readonly string[];
  run(bench: Bench): Promise<Measured[]>;
}

export const LIGHTLY = 'lightly on PyTorch';

export const isMet = (ratio: number, wanted: Wanted): boolean =>
  'atLeast' in wanted ? ratio >= wanted.atLeast : ratio <= wanted.atMost;
