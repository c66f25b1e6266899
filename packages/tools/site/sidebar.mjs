// What stands at the left of every page.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { published, root } from '../release/pack.mjs';
import { sitePath } from './stage.mjs';

const SECTIONS = {
  Start: ['why', 'quickstart', 'researcher', 'plugin-author', 'embedder', 'coming-from'],
  Understand: ['concepts', 'lifecycle', 'notation', 'architecture', 'performance', 'benchmarks', 'study'],
  Do: ['recipes', 'write-a-plugin', 'embedding', 'interchange'],
  'Look up': ['plugins', 'config', 'cli', 'errors', 'api/index'],
  Project: ['stability', 'contributing', 'trials'],
};

/** Pages that do not exist (yet) have no entry. What no section names is found under "More". */
export function sidebar(pages, cards) {
  const named = Object.entries(SECTIONS).map(([text, names]) => ({ text, items: names.flatMap((name) => entry(name)) }));
  const listed = new Set([...Object.values(SECTIONS).flat(), 'index']);
  const rest = pages.filter((path) => /^docs\/[\w-]+\.md$/.test(path)).map((path) => path.slice(5, -3)).filter((name) => !listed.has(name)); // prettier-ignore
  const decisions = pages.filter((path) => path.startsWith('docs/decisions/')).map(item);
  const more = rest.length > 0 ? [{ text: 'More', items: rest.flatMap((name) => entry(name)) }] : [];
  return [
    ...named,
    ...more,
    { text: 'Packages', collapsed: true, items: published().map(({ folder, name }) => packageEntry(folder, name, pages, cards)) },
    { text: 'Decisions', collapsed: true, items: decisions },
  ];
}

function entry(name) {
  if (name === 'plugins') return [{ text: 'Plugins', link: '/plugins' }];
  if (name === 'api/index') return [{ text: 'API reference', link: '/api/' }];
  const path = `docs/${name}.md`;
  return existsSync(join(root, path)) ? [item(path)] : [];
}

function packageEntry(folder, name, pages) {
  const cards = pages.filter((path) => path.startsWith(`${folder}/src/`)).map(item);
  return { text: name, link: linkOf(`${folder}/README.md`), ...(cards.length > 0 ? { collapsed: true, items: cards } : {}) };
}

const item = (path) => ({ text: titleOf(path), link: linkOf(path) });
const linkOf = (path) => `/${sitePath(path).replace(/(index)?\.md$/, '')}`;
const titleOf = (path) => /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1].replaceAll(/[`*]/g, '') ?? path;
