import { resolve } from 'node:path';
import type { Plugin } from '@mochi/contract';
import { isPath, ModuleLoader, type SharedModules } from '../plugins/import-module.js';
import { loadPlugins } from '../plugins/load-plugins.js';
import { Registry, type Registered } from '../plugins/registry.js';
import {
  checkConfig,
  checkOptions,
  invalid,
  type Checked,
  type CheckOptions,
  type ConfigEntry,
  type ResolvedConfig,
} from './check-config.js';
import { nodeAt, placeText, toValue, without, type MapNode, type Node } from './node.js';
import { applyOverrides } from './overrides.js';
import { ConfigError, show, type Problem } from './problems.js';
import { configSources } from './sources.js';
import { PluginEntry, placePlugins, readConfig, type ConfigSource } from './read-config.js';

export interface ConfigOptions extends ConfigSource, CheckOptions {
  /** `sampler=uniform`, `sampler.n=512`: laid upon the config in order. Values are YAML. */
  readonly overrides?: readonly string[] | undefined;
  /** Plugins that need no loading, e.g. the built-in ones. */
  readonly known?: readonly Plugin[] | undefined;
  /** Modules of this process that TypeScript plugins import by name, e.g. `{ '@mochi/tensorflow': tensorflow }`. */
  readonly shared?: SharedModules | undefined;
}

export interface LoadedConfig {
  /** Every default filled in. */
  readonly config: ResolvedConfig;
  /** Bases and overrides merged, nothing filled in: what to write down so that a later version fills in its own. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Where each value of `config` was written, by its path; see {@link configSources}. */
  readonly sources: Readonly<Record<string, string>>;
  /** What the config switches on, in the order of setup. */
  readonly entries: readonly ConfigEntry[];
  readonly registry: Registry;
}

/**
 * Reads a config, loads the plugins that it lists, and checks all of it before anything runs.
 *
 * @throws MOCHI_CONFIG_NOT_FOUND, MOCHI_CONFIG_UNREADABLE, MOCHI_CONFIG_CYCLE, MOCHI_UNKNOWN_PRESET: the files. MOCHI_PLUGIN_NOT_FOUND,
 * MOCHI_PLUGIN_LOAD_FAILED, MOCHI_PLUGIN_INVALID, MOCHI_PLUGIN_API_VERSION, MOCHI_PLUGIN_DUPLICATE: a plugin. MOCHI_CONFIG_INVALID or
 * MOCHI_UNKNOWN_PLUGIN, a ConfigError with every problem and its place: the content.
 */
export async function loadConfig(options: ConfigOptions): Promise<LoadedConfig> {
  const loader = new ModuleLoader(options.shared);
  const read = await readConfig(options, loader);
  const overridden = applyOverrides(read, options.overrides ?? []);
  const placed = placePlugins(overridden.config, resolve(options.cwd ?? '.'));
  const registry = new Registry();
  for (const plugin of options.known ?? []) registry.add(plugin, { source: 'built-in' });
  const extensions = await loadEntries(placed, registry, loader);
  const { root, checked } = await checkWithout(placed, registry, options);
  const problems = [...overridden.problems, ...checked.problems, ...extensions.problems];
  if (problems.length > 0) throw new ConfigError(problems);
  const plugins = extensions.written.length > 0 ? { plugins: extensions.written } : {};
  const config = { ...checked.config, ...plugins };
  return {
    config,
    written: { ...(toValue(root) as Record<string, unknown>), ...plugins },
    sources: configSources(config, root),
    entries: [...checked.entries, ...extensions.entries],
    registry,
  };
}

/** Checks a config; an option that may not be null is left out where a null was laid over it. */
async function checkWithout(
  root: MapNode,
  registry: Registry,
  options: CheckOptions,
): Promise<{ root: MapNode; checked: Checked }> {
  const checked = await checkConfig(root, registry, options);
  const takenOut = checked.problems.map(({ path }) => path).filter((path) => isTakenOut(nodeAt(root, path)));
  if (takenOut.length === 0) return { root, checked };
  const less = takenOut.reduce<Node>(without, root) as MapNode;
  return { root: less, checked: await checkConfig(less, registry, options) };
}

const isTakenOut = (node: Node | undefined): boolean => node?.kind === 'value' && node.takesOut === true;

interface LoadedEntries {
  readonly entries: ConfigEntry[];
  readonly problems: Problem[];
  /** The section `plugins` as it was written. */
  readonly written: unknown[];
}

/** Loads what `plugins` lists into the registry. Extensions among it are switched on; the others wait until a section names them. */
async function loadEntries(root: MapNode, registry: Registry, loader: ModuleLoader): Promise<LoadedEntries> {
  const node = nodeAt(root, ['plugins']);
  const loaded: LoadedEntries = { entries: [], problems: [], written: [] };
  if (!node || (node.kind === 'value' && node.value === null)) return loaded;
  if (node.kind !== 'list')
    return { ...loaded, problems: [invalid(root, ['plugins'], show(toValue(node)), 'a list of paths and packages')] };
  const active = new Map<string, ConfigEntry>(); // by id: a later entry with options wins over an earlier one of the same extension
  for (const [index, item] of node.items.entries()) {
    const entry = toValue(item);
    if (!(entry instanceof PluginEntry)) {
      loaded.problems.push(
        invalid(root, ['plugins', index], show(entry), 'a path, a package, or { use: PATH_OR_PACKAGE, ...options }'),
      );
      continue;
    }
    const use = isPath(entry.use) && !entry.use.startsWith('file:') ? resolve(entry.from, entry.use) : entry.use; // a copy of the config elsewhere still finds it
    loaded.written.push(entry.options ? { use, ...entry.options } : use);
    const found = await findPlugins(entry, item, registry, loader);
    loaded.problems.push(...(await activate(found, entry, ['plugins', index], root, active)));
  }
  loaded.entries.push(...active.values());
  return loaded;
}

async function findPlugins(entry: PluginEntry, item: Node, registry: Registry, loader: ModuleLoader): Promise<Registered[]> {
  const known = registry.get('extension', entry.use); // a known extension is switched on by its name
  if (known) return [known];
  const found = await loadPlugins(entry.use, entry.from, placeText(item.place), loader);
  for (const { plugin, origin } of found) registry.add(plugin, origin);
  return found;
}

async function activate(
  found: readonly Registered[],
  entry: PluginEntry,
  path: readonly PropertyKey[],
  root: MapNode,
  active: Map<string, ConfigEntry>,
): Promise<readonly Problem[]> {
  const extensions = found.filter(({ plugin }) => plugin.kind === 'extension');
  if (extensions.length === 0 && entry.options && Object.keys(entry.options).length > 0) {
    const [first] = found;
    return [
      invalid(
        root,
        path,
        `options of ${entry.use}`,
        `options in the section of the ${first?.plugin.kind}; here they are for extensions`,
      ),
    ];
  }
  const problems: Problem[] = [];
  for (const registered of extensions) {
    const id = `extension:${registered.plugin.name}`;
    if (active.has(id) && !entry.options) continue;
    const checked = await checkOptions(registered, entry.options ?? {}, root, path, id);
    if ('entry' in checked) active.set(id, checked.entry);
    else problems.push(...checked.problems);
  }
  return problems;
}
