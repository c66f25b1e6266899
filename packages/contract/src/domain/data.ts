/** Where the bytes of a split are. `files`: paths. `encoded`: whole files in memory. `pixels`: raw RGB, [n, height, width, 3] uint8. */
export type ImageStore =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  | { readonly kind: 'encoded'; readonly files: readonly Uint8Array[] }
  | { readonly kind: 'pixels'; readonly pixels: Uint8Array; readonly height: number; readonly width: number };

/** A named split of a data set. Sample ids are the indices [0, length): the order is the same on every machine. */
export interface SplitSource {
  readonly name: string;
  readonly length: number;
  readonly images: ImageStore;
  /** Class of each sample, [length], or absent where there are none. -1: unlabelled. */
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  /** What a person would call the sample: its path or its place in an archive. */
  describe(index: number): string;
}

export interface Dataset {
  readonly name: string;
  readonly splits: readonly string[];
  /** @throws MOCHI_UNKNOWN_SPLIT, which lists the splits. */
  split(name: string): Promise<SplitSource>;
}
