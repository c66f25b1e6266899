import type { Plugin } from '@mochi/contract';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pluginLoadFailed, pluginNotFound } from '../errors.js';
import { isPath, type Module, type ModuleLoader } from './import-module.js';
import { isPlugin, lacking, type Origin, type Registered } from './registry.js';

/**
 * Every plugin that a module exports.
 *
 * @param use A path, or the name of a package. @param folder Of the config that names it. @param from The config, as errors call it.
 * @throws MOCHI_PLUGIN_NOT_FOUND (no such module, or no plugin in it), MOCHI_PLUGIN_LOAD_FAILED (it threw).
 */
export async function loadPlugins(use: string, folder: string, from: string, loader: ModuleLoader): Promise<Registered[]> {
  const path = loader.resolve(use, folder);
  if (path === undefined) throw pluginNotFound(use, from, whyNowhere(use, folder));
  let module: Module;
  try {
    module = await loader.load(path);
  } catch (cause) {
    throw pluginLoadFailed(use, from, cause);
  }
  const plugins = pluginsOf(module);
  if (plugins.length === 0) throw pluginNotFound(use, from, whyNone(module));
  const origin: Origin = isPath(use) ? { source: path } : { source: use, version: versionOf(path) };
  return plugins.map((plugin) => ({ plugin, origin }));
}

function whyNowhere(use: string, folder: string): string {
  if (!isPath(use)) return `no such package is installed for ${folder}`;
  const path = resolve(folder, use);
  return existsSync(path)
    ? `${path} is a folder, and the main module that its package.json names is not there: build the package, or name a file`
    : `there is no file ${path}`;
}

function pluginsOf(module: Module): Plugin[] {
  const candidates = Object.values(module).flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
  return [...new Set(candidates.filter(isPlugin))]; // a default export is often a named one too
}

function whyNone(module: Module): string {
  const names = Object.keys(module);
  if (names.length === 0) return 'it exports nothing';
  const near = names.flatMap((name) => {
    const fields = lacking(module[name]);
    return fields ? [`"${name}" lacks ${fields.join(', ')}`] : [];
  });
  return `it exports ${names.join(', ')}, none of them a plugin${near.length > 0 ? ` (${near.join('; ')})` : ''}`;
}

/** The version of the package that a file belongs to. */
function versionOf(path: string): string | undefined {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: string };
    if (version !== undefined) return version;
  }
  return undefined;
}
