// Which pages the site has besides those of docs/, and the list of plugins.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { published, root } from '../release/pack.mjs';

const SKIPPED = ['node_modules', 'dist', 'golden', 'runs', 'etc', 'template', 'templates', 'generated'];

/** Markdown files below a folder of the repository, as paths. */
export function markdownBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.includes(entry.name) || entry.name.startsWith('.') ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}

export const allPages = () => ['README.md', ...['docs', 'packages', 'examples'].flatMap(markdownBelow)];

const isPlugin = (value) => typeof value === 'object' && value !== null && 'apiVersion' in value && 'setup' in value;

/** Every plugin that ships, with its card: that of its folder, else its package's README. `[{ kind, name, package, card }]` */
export async function pluginCards(pages) {
  const found = [];
  for (const { folder, name: packageName } of published().filter(({ folder }) => !/\/(cli|create-)/.test(folder))) {
    const cards = pages.filter((path) => path.startsWith(`${folder}/`));
    if (cards.length === 0) continue;
    const module = await import(pathToFileURL(join(root, folder, 'dist', 'index.js')).href).catch(() => ({})); // the test kit wants vitest
    for (const { kind, name } of Object.values(module).filter(isPlugin)) {
      const card = cards.find((path) => path === `${folder}/src/${name}/README.md`) ?? `${folder}/README.md`;
      found.push({ kind, name, package: packageName, card });
    }
  }
  return found;
}

/** docs/plugins.md of the site: all plugins by kind. */
export function pluginsPage(cards, sitePath) {
  const kinds = [...new Set(cards.map(({ kind }) => kind))];
  const table = (kind) =>
    cards
      .filter((card) => card.kind === kind)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ name, package: from, card }) => `| [\`${name}\`](./${sitePath(card)}) | \`${from}\` |`);
  const sections = kinds.map((kind) => `## ${kind}\n\n| plugin | package |\n| --- | --- |\n${table(kind).join('\n')}\n`);
  return `# Plugins\n\nEverything that a config can name, with its card: formula, source, options, cost, traps. Options of all of them on one page: [Configuration](./config.md). Your own: [Write a plugin](./write-a-plugin.md).\n\n${sections.join('\n')}`;
}
