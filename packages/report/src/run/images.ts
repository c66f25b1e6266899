import type { Atlas } from '../page/page.js';

/** What is seen of a run by looking through its encoder; made by whoever can open the run. */
export interface RunImages {
  /** Split of the data that all of it is from. */
  readonly split: string;
  readonly layer: string;
  readonly encoder: string;
  /** Samples that were looked at, and how many the split has. */
  readonly looked: number;
  readonly total: number;
  /** Images of the samples of `map` and `neighbours`; null where they could not be drawn. */
  readonly atlas: Atlas | null;
  readonly map: RunMap | null;
  readonly neighbours: RunNeighbours | null;
  readonly confusion: RunConfusion | null;
  readonly augmentation: RunAugmentation | null;
  /** What could not be made, and why. */
  readonly problems: readonly string[];
}

/** Features of samples, to be laid out in the plane. */
export interface RunMap {
  /** Row-major [names.length, dim]. */
  readonly features: Float32Array;
  readonly dim: number;
  readonly names: readonly string[];
  /** -1 for none. */
  readonly labels: readonly number[] | null;
  readonly classes: readonly string[];
  /** Places in the atlas. */
  readonly images: readonly number[];
}

export interface RunNeighbours {
  readonly queries: readonly { readonly image: number; readonly name: string; readonly nearest: readonly Neighbour[] }[];
}

export interface Neighbour {
  readonly image: number;
  readonly name: string;
  readonly cosine: number;
  /** Null where one of the two has no label. */
  readonly sameClass: boolean | null;
}

export interface RunConfusion {
  readonly classes: readonly string[];
  /** [class][class it was taken for]. */
  readonly counts: readonly (readonly number[])[];
  /** What took it for that, in words. */
  readonly probe: string;
}

export interface RunAugmentation {
  /** A row for each image: the image as evaluators see it, then its views. */
  readonly atlas: Atlas;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly images: readonly number[] }[];
}
