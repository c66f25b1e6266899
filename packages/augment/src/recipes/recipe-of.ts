import { badOperation } from '../errors.js';
import type { CropOptions } from '../crop/random-resized-crop.js';
import type { Rgb } from '../ops/normalize.js';
import type { Entry, Recipe, ViewRecipe } from '../recipe.js';
import { recipeConfig } from './recipe-config.js';
import type { Changes, RecipeData } from './recipe-data.js';

type Pair = readonly [number, number];

/** What a config says of the recipe or of one of its views, besides options by operation. */
interface Frame {
  readonly size?: number;
  readonly crop?: 'random' | 'whole';
  readonly scale?: Pair;
  readonly ratio?: Pair;
}

/** An operation that a config adds. */
type Addition = Entry & { readonly before?: string; readonly views?: readonly string[] };

/** A config as its schema leaves it, options by operation beside the rest. */
interface Options extends Required<Frame> {
  readonly add: readonly Addition[];
  readonly small?: { readonly count: number; readonly size: number; readonly scale: Pair };
  readonly views: readonly string[] | Readonly<Record<string, Frame | null>>;
  readonly mean: Rgb;
  readonly std: Rgb;
}

/**
 * A recipe with the options of a config. What holds for a view is, the later over the earlier: the recipe's list, its changes for the view, the
 * config's options, the config's changes for the view; then what the config adds.
 *
 * @param options As in a config, without `name`.
 * @throws ZodError for options that are wrong; MOCHI_AUGMENT_OP for an addition without a place.
 */
export function recipeOf(data: RecipeData, options: object = {}): Recipe {
  const given = recipeConfig(data).parse(options) as unknown as Options;
  const { size, mean, std } = given;
  if (Object.keys(data.views).length === 0) return { name: data.name, views: {}, size, mean, std };
  const frames = framesOf(data, given);
  const known = frames.map(([name]) => name);
  const stray = given.add.flatMap(({ op, views = [] }) => views.filter((name) => !known.includes(name)).map((name) => [op, name])); // prettier-ignore
  for (const [op, name] of stray) throw badOperation(op!, `there is no view "${name}", but ${known.join(', ')}`);
  const views = frames.map(([name, frame]) => [name, viewOf(data, given, name, frame)]);
  return { name: data.name, views: Object.fromEntries(views) as Recipe['views'], size, mean, std };
}

/** The views with what the config says of each: those of the recipe, then those that only the config has, then the small ones. */
function framesOf({ views }: RecipeData, { views: asked, small }: Options): [string, Frame][] {
  const { count = 0, size, scale } = small ?? {};
  const smallNames = Array.from({ length: count }, (_, at) => `small-${at}`);
  const isList = (names: Options['views']): names is readonly string[] => Array.isArray(names);
  const changes: Readonly<Record<string, Frame | null>> = isList(asked) ? {} : asked;
  const names = isList(asked) ? asked : Object.keys({ ...views, ...asked });
  const all = [...names.filter((name) => !smallNames.includes(name)), ...smallNames].filter((name) => changes[name] !== null);
  return all.map((name) => [name, { ...(smallNames.includes(name) ? { size, scale } : {}), ...changes[name] } as Frame]);
}

function viewOf(data: RecipeData, given: Options, name: string, frame: Frame): ViewRecipe {
  const { size, crop, scale, ratio } = { ...given, ...frame };
  const changes = (from: unknown, key: string): object => (from as Changes)[key] ?? {};
  const ops: [string, Entry][] = Object.entries(data.ops).map(([key, entry]) => [
    key,
    { ...entry, ...changes(data.views[name] ?? {}, key), ...changes(given, key), ...changes(frame, key) },
  ]);
  for (const { before, views, ...entry } of given.add) {
    if (views && !views.includes(name)) continue;
    const at = before === undefined ? ops.length : ops.findIndex(([key, { op }]) => key === before || op === before);
    if (at < 0) throw badOperation(entry.op, `there is no "${before}" that it could go before`);
    ops.splice(at, 0, [entry.op, entry]);
  }
  const options: CropOptions = { scale, ratio };
  return { size, ops: ops.map(([, entry]) => entry), ...(crop === 'random' ? { crop: options } : {}) };
}
