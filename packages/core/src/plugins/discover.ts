import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What a package of plugins has among its keywords, so that it can be found. */
export const PLUGIN_KEYWORD = 'mochi-plugin';

/** A package that says that it has plugins. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string | undefined;
  readonly folder: string;
}

/**
 * Packages with the keyword `mochi-plugin` that can be named in a config of a folder: those in its `node_modules` and in those of the folders
 * above it, the nearest of each name. Nothing is loaded.
 */
export function discoverPackages(from: string): FoundPackage[] {
  const found = new Map<string, FoundPackage>();
  for (const modules of modulesAbove(resolve(from)))
    for (const folder of packagesIn(modules)) {
      const manifest = manifestOf(folder);
      const name = manifest?.name;
      if (name === undefined || found.has(name) || !manifest!.keywords?.includes(PLUGIN_KEYWORD)) continue;
      found.set(name, { name, version: manifest!.version, folder });
    }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function modulesAbove(from: string): string[] {
  const own = join(from, 'node_modules');
  const above = dirname(from) === from ? [] : modulesAbove(dirname(from));
  return existsSync(own) ? [own, ...above] : above;
}

/** Folders of packages; those of a scope stand in a folder of it. */
function packagesIn(modules: string): string[] {
  const entries = readdirSync(modules).filter((name) => !name.startsWith('.'));
  return entries.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => join(modules, name, own)) : [join(modules, name)],
  );
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly keywords?: readonly string[];
}

function manifestOf(folder: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    return Array.isArray(manifest.keywords) ? manifest : undefined;
  } catch {
    return undefined; // no package, or none that anything could load
  }
}
