import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownSection, sampleConfig } from './sample-config.js';
import { NOTES, type TemplateKind } from './kinds.js';

export interface CreateOptions {
  readonly kind: TemplateKind;
  /** The new folder. It must not exist, or be empty. */
  readonly folder: string;
  /** Of the package, e.g. `@acme/mochi-band`. Default: the name of the folder. */
  readonly name?: string | undefined;
}

export interface Created {
  readonly folder: string;
  /** Of the package. */
  readonly name: string;
  /** What a config calls the plugin: the name of the package without its scope. */
  readonly plugin: string;
  /** What is written, relative to the folder. */
  readonly files: readonly string[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TEMPLATES = join(ROOT, 'templates');

/**
 * Writes a plugin package of a kind: source, tests with the conformance suite, README card, licence, CI, a config to try it with.
 *
 * @throws Error where the name is no name of a package, or the folder holds something.
 */
export function createPlugin({ kind, folder, name = basename(resolve(folder)) }: CreateOptions): Created {
  if (!/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(name))
    throw new Error(
      `"${name}" is no name of an npm package: small letters, digits and - . _, e.g. acme-band or @acme/mochi-band.`,
    );
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty: name a new folder.`);
  const plugin = name.replace(/^@[^/]*\//, '');
  const words = {
    __PACKAGE__: name,
    __PLUGIN__: plugin,
    __identifier__: camelCase(plugin),
    __VERSION__: version(),
    __KIND__: kind,
    __SECTION__: ownSection(kind, plugin),
    __NOTE__: NOTES[kind] ? `${NOTES[kind](plugin)}\n` : '',
    __PHOTOS__: kind === 'data' ? '' : 'npm run photos && ',
  };
  const config = { path: 'mochi.yaml', text: sampleConfig(kind, plugin) };
  const licence = { path: 'LICENSE', text: readFileSync(join(ROOT, 'LICENSE'), 'utf8') };
  const files = [...filesOf(join(TEMPLATES, 'common')), ...filesOf(join(TEMPLATES, kind)), licence, config];
  for (const { path, text } of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      Object.entries(words).reduce((all, [word, by]) => all.replaceAll(word, by), text),
    );
  }
  return { folder, name, plugin, files: files.map(({ path }) => path).sort() };
}

/** Of a template: `_gitignore` is `.gitignore` (npm leaves the latter out of packages), `_github` is `.github`. */
function filesOf(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((from) => ({
      path: from
        .slice(folder.length + 1)
        .replace(/(^|\/)_/g, '$1.')
        .replace(/\.template$/, ''),
      text: readFileSync(from, 'utf8'),
    }));
}

const camelCase = (name: string): string => {
  const joined = name.replace(/[^a-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? '');
  return /^[0-9]/.test(joined) ? `plugin${joined}` : joined;
};

/** Of the framework that the plugin is made for: its packages and this one have one version. */
const version = (): string => (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
