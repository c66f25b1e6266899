import type { CropOptions } from '../crop/random-resized-crop.js';
import type { Rgb } from '../ops/normalize.js';
import type { Entry } from '../recipe.js';

/** Options by operation: what a view has otherwise than the list says. */
export type Changes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A recipe that ships, as data: its config and its views are made of this and of nothing else. */
export interface RecipeData {
  readonly name: string;
  /** Rises when a value changes, so that a run says which numbers it was made with. */
  readonly version: number;
  /** Side of the views, pixels, where a config does not say. */
  readonly size: number;
  readonly crop: CropOptions;
  /** In order, each under the word that configs change it by. */
  readonly ops: Readonly<Record<string, Entry>>;
  /** Random views by name. None: an evaluation transform. */
  readonly views: Readonly<Record<string, Changes>>;
  /** Smaller views of smaller parts besides, named small-0, small-1, ... */
  readonly small?: { readonly count: number; readonly size: number; readonly scale: readonly [number, number] };
  readonly mean: Rgb;
  readonly std: Rgb;
}
