import 'reflect-metadata'; // before tsyringe, which refuses to load without it
import * as contract from '@mochi/contract';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createJiti, type Jiti } from 'jiti';
import * as rxjs from 'rxjs';
import * as tsyringe from 'tsyringe';
import * as zod from 'zod';

/** Modules of this process by name, e.g. `{ '@mochi/tensorflow': tensorflow }`: what a loaded file gets when it imports that name. */
export type SharedModules = Readonly<Record<string, unknown>>;

export type Module = Readonly<Record<string, unknown>>;

/**
 * Loads config and plugin modules. TypeScript goes through jiti, JavaScript through Node.
 * A TypeScript file gets the very modules that this process runs, wherever the file lies: a second copy of TensorFlow.js would have no
 * backend, and one of tsyringe another container.
 */
export class ModuleLoader {
  private readonly shared: Record<string, unknown>;
  private readonly jitis = new Map<string, Jiti>();

  constructor(shared: SharedModules = {}) {
    this.shared = { '@mochi/contract': contract, zod, rxjs, tsyringe, ...shared };
  }

  /**
   * The file that a name stands for.
   *
   * @param use A path (a folder with a package.json stands for that package's main module) or the name of a package. @param folder Where relative paths start and packages are looked up.
   * @returns undefined where there is none.
   */
  resolve(use: string, folder: string): string | undefined {
    if (isPath(use)) {
      const path = use.startsWith('file:') ? fileURLToPath(use) : join(use.startsWith('/') ? '/' : folder, use);
      if (!existsSync(path)) return undefined;
      return statSync(path).isDirectory() ? this.mainOf(path) : path;
    }
    return this.resolvePackage(use, folder);
  }

  /** Of the package that lies in a folder, as whoever installs it would get it. */
  private mainOf(folder: string): string | undefined {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) return undefined;
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
    const main = name === undefined ? undefined : this.resolvePackage(name, folder); // Node lets a package import itself by its name
    return main !== undefined && existsSync(main) ? main : undefined;
  }

  private resolvePackage(name: string, folder: string): string | undefined {
    const url = this.jiti(folder).esmResolve(name, { parentURL: pathToFileURL(join(folder, 'index.js')).href, try: true });
    return url?.startsWith('file:') ? fileURLToPath(url) : url;
  }

  /** The exports of a file. What it throws goes through. */
  async load(path: string): Promise<Module> {
    this.shared['@mochi/core'] ??= await import('../index.js'); // late: that imports this file
    if (/\.[cm]?tsx?$/.test(path)) return this.throughJiti(path);
    try {
      return (await import(/* @vite-ignore */ pathToFileURL(path).href)) as Module;
    } catch (error) {
      // A plain file beside the config need not have our packages installed: it gets ours, as a TypeScript file does.
      if (this.lacksShared(error)) return this.throughJiti(path);
      throw error;
    }
  }

  private async throughJiti(path: string): Promise<Module> {
    return (await this.jiti(path).import<Module>(path)) ?? {};
  }

  private lacksShared(error: unknown): boolean {
    const { code, message } = error as { code?: unknown; message?: string };
    const [, name] = /^Cannot find package '([^']+)'/.exec(message ?? '') ?? [];
    return code === 'ERR_MODULE_NOT_FOUND' && name !== undefined && name in this.shared;
  }

  // No cache on disk: it would be written beside the user's files, and a plugin is a few lines.
  private jiti(base: string): Jiti {
    const known = this.jitis.get(base);
    if (known) return known;
    const jiti = createJiti(pathToFileURL(base).href, {
      fsCache: false,
      interopDefault: false,
      virtualModules: { ...this.shared },
    });
    this.jitis.set(base, jiti);
    return jiti;
  }
}

/** True for `./x`, `../x`, `/x` and `file:` URLs; anything else is the name of a package. */
export const isPath = (use: string): boolean => /^(\.{1,2}([/\\]|$)|\/|file:)/.test(use);
