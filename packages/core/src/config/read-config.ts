import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import type { ModuleLoader } from '../plugins/import-module.js';
import { isPath } from '../plugins/import-module.js';
import { suggest } from '../suggest.js';
import { configCycle, configModuleFailed, configNotFound, configUnreadable, unknownPreset } from './errors.js';
import { mergeConfigs } from './merge.js';
import { isPlainObject, mapNode, toNode, toValue, valueNode, type MapNode, type Node, type Place } from './node.js';
import { parseYaml } from './parse-yaml.js';
import { show } from './problems.js';

/** Where a config comes from. */
export interface ConfigSource {
  /** A .yaml, .yml, .json, .ts, .mts, .js or .mjs file, relative to `cwd`. */
  readonly file?: string | undefined;
  /** Or the config itself. Its paths are relative to `cwd`. */
  readonly object?: object | undefined;
  /** Default: the working directory of the process. */
  readonly cwd?: string | undefined;
  /** Sections for where nothing else has any, not even as null: what a program adds to every config. */
  readonly defaults?: object | undefined;
  /** Configs by name, for `extends`. */
  readonly presets?: Readonly<Record<string, object>> | undefined;
}

const EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** The config with everything that it extends merged below it. `plugins` become `{ use, from }`, since each file's paths are its own. */
export async function readConfig(source: ConfigSource, loader: ModuleLoader): Promise<MapNode> {
  const cwd = resolve(source.cwd ?? '.');
  const reader: Reader = { cwd, loader, presets: source.presets ?? {} };
  const place = { source: 'config' };
  const read =
    source.file !== undefined
      ? await fromFile(resolve(cwd, source.file), reader, [])
      : await withBases(toNode(source.object ?? {}, place), place, cwd, reader, []);
  const below = { source: 'defaults' };
  return source.defaults ? mergeConfigs(asMap(toNode(source.defaults, below), below), read) : read;
}

interface Reader {
  readonly cwd: string;
  readonly loader: ModuleLoader;
  readonly presets: Readonly<Record<string, object>>;
}

async function fromFile(path: string, reader: Reader, chain: readonly string[]): Promise<MapNode> {
  const source = shortPath(path, reader.cwd);
  if (chain.includes(source)) throw configCycle([...chain, source]);
  if (!existsSync(path)) throw configNotFound(path, source, chain.at(-1));
  const node = await parseFile(path, source, reader.loader);
  return withBases(node, { source }, dirname(path), reader, [...chain, source]);
}

async function parseFile(path: string, source: string, loader: ModuleLoader): Promise<Node> {
  const extension = extname(path);
  if (!EXTENSIONS.includes(extension)) throw configUnreadable({ source }, `"${extension}" is no format that is read here`);
  if (['.yaml', '.yml', '.json'].includes(extension)) return parseYaml(await readFile(path, 'utf8'), source);
  try {
    const module = await loader.load(path);
    return toNode(module['default'], { source });
  } catch (error) {
    throw configModuleFailed(source, error);
  }
}

async function withBases(node: Node, place: Place, folder: string, reader: Reader, chain: readonly string[]): Promise<MapNode> {
  const own = asMap(node, place);
  const { extends: bases, ...rest } = Object.fromEntries(own.entries);
  const top = placePlugins(mapNode(Object.entries(rest), own.place), folder);
  let below: MapNode | undefined;
  for (const name of baseNames(bases && toValue(bases.node), bases?.place ?? place)) {
    const base = await fromBase(name, place, folder, reader, chain);
    below = below ? mergeConfigs(below, base) : base;
  }
  return below ? mergeConfigs(below, top) : top;
}

function fromBase(name: string, place: Place, folder: string, reader: Reader, chain: readonly string[]): Promise<MapNode> {
  const preset = Object.hasOwn(reader.presets, name) ? reader.presets[name] : undefined;
  if (preset) {
    const source = `preset ${name}`;
    if (chain.includes(source)) throw configCycle([...chain, source]);
    return withBases(toNode(preset, { source }), { source }, folder, reader, [...chain, source]);
  }
  if (isPath(name) || EXTENSIONS.includes(extname(name))) return fromFile(resolve(folder, name), reader, chain);
  const known = Object.keys(reader.presets);
  throw unknownPreset(name, place.source, known, suggest(name, known));
}

function baseNames(value: unknown, place: Place): string[] {
  const names = value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
  for (const name of names)
    if (typeof name !== 'string')
      throw configUnreadable(place, '"extends" takes the name of a preset, a path, or a list of them');
  return names as string[];
}

function asMap(node: Node, place: Place): MapNode {
  if (node.kind === 'map') return node;
  if (node.kind === 'value' && node.value === null) return mapNode([], place); // an empty file
  const found = node.kind === 'list' ? 'a list' : node.value === undefined ? 'nothing as the default export' : show(node.value);
  throw configUnreadable(node.place, `it holds ${found}, not a map of sections`);
}

/**
 * `plugins` with the folder of the file that wrote each entry, since its relative paths start there. What is no entry stays, for the checks
 * that come later.
 */
export function placePlugins(config: MapNode, folder: string): MapNode {
  const plugins = config.entries.get('plugins');
  if (plugins?.node.kind !== 'list') return config;
  const items = plugins.node.items.map((item) => {
    const entry = asEntry(toValue(item), folder);
    return entry ? valueNode(entry, item.place) : item;
  });
  return mapNode([...config.entries, ['plugins', { place: plugins.place, node: { ...plugins.node, items } }]], config.place);
}

function asEntry(value: unknown, folder: string): PluginEntry | undefined {
  if (typeof value === 'string') return new PluginEntry(value, undefined, folder);
  if (!isPlainObject(value) || typeof value['use'] !== 'string') return undefined;
  const { use, ...options } = value;
  return new PluginEntry(use, options, folder);
}

/** An entry of `plugins`, as written and where. */
export class PluginEntry {
  constructor(
    readonly use: string,
    readonly options: Readonly<Record<string, unknown>> | undefined,
    readonly from: string,
  ) {}
}

const shortPath = (path: string, cwd: string): string => {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
};
