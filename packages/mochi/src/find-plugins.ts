import { API_VERSION, type Plugin, type PluginKind } from '@mochi/contract';
import {
  discoverPackages,
  jsonSchemaOf,
  loadPlugins,
  ModuleLoader,
  Registry,
  type JsonSchema,
  type Registered,
} from '@mochi/core';
import { builtInPlugins } from './plugins.js';
import { sharedModules } from './shared-modules.js';

/** A plugin as a list shows it. */
export interface ListedPlugin {
  readonly kind: PluginKind;
  readonly name: string;
  readonly apiVersion: number | null;
  /** JSON Schema of its options. */
  readonly options: JsonSchema;
}

/** What a package of plugins has, or why it cannot be used. */
export interface ListedPackage {
  readonly name: string;
  readonly version: string | null;
  readonly plugins: readonly ListedPlugin[];
  /** Why a config that names it would be refused; null where it would not. */
  readonly problem: string | null;
}

export interface PluginList {
  /** The version of the plugin contract that this framework speaks. */
  readonly apiVersion: number;
  readonly builtIn: readonly ListedPlugin[];
  /** Packages with the keyword `mochi-plugin` that a config in the folder may name. */
  readonly installed: readonly ListedPackage[];
}

const describe = ({ kind, name, apiVersion, config }: Plugin): ListedPlugin => ({
  ...{ kind, name },
  apiVersion: (apiVersion as number | undefined) ?? null,
  options: jsonSchemaOf(config),
});

/**
 * Every plugin of a module: a path, or the name of a package. Checked as a config that names it would have it.
 *
 * @param cwd Where relative paths start and packages are looked up. Default: the working directory.
 * @throws MOCHI_PLUGIN_NOT_FOUND, MOCHI_PLUGIN_LOAD_FAILED, MOCHI_PLUGIN_INVALID, MOCHI_PLUGIN_API_VERSION
 */
export async function findPlugins(use: string, cwd: string = process.cwd()): Promise<Registered[]> {
  const found = await loadPlugins(use, cwd, 'the command', new ModuleLoader(sharedModules));
  const registry = new Registry();
  for (const { plugin, origin } of found) registry.add(plugin, origin);
  return found;
}

/** The plugins that ship, and those of installed packages. Loads the latter; what fails to load is listed with its reason. */
export async function listPlugins(cwd: string = process.cwd()): Promise<PluginList> {
  const installed: ListedPackage[] = [];
  for (const { name, version = null } of discoverPackages(cwd)) {
    try {
      const found = await findPlugins(name, cwd);
      installed.push({ name, version, plugins: found.map(({ plugin }) => describe(plugin)), problem: null });
    } catch (error) {
      installed.push({ name, version, plugins: [], problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return { apiVersion: API_VERSION, builtIn: builtInPlugins.map(describe), installed };
}
