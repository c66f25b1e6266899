// Links of Markdown: those of a page of the repository, made links of the site.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../release/pack.mjs';

/** `[text](target)`, and definitions: `[text]: target`. */
const LINK = /(!?\[(?:[^\]\\]|\\.|\[[^\]]*\])*\]\(|^\[[^\]]+\]: )([^)\s]+)(\)|$)/gm;

/** Applies `change` to every link target that stands outside code. */
export function mapLinks(markdown, change) {
  return markdown
    .split(/(^ *```.*?^ *```|<!--.*?-->)/gms)
    .map((part, index) => (index % 2 === 1 ? part : mapOutsideCode(part, change)))
    .join('');
}

/** Inline code may stand within the text of a link; what looks like a link within inline code is none. */
function mapOutsideCode(text, change) {
  const spans = text.match(/`[^`\n]+`/g) ?? [];
  let next = 0;
  return text
    .replaceAll(/`[^`\n]+`/g, '\u0000')
    .replace(LINK, (_, before, target, after) => `${before}${change(target)}${after}`)
    .replaceAll('\u0000', () => spans[next++]);
}

export const isOutside = (target) => /^(https?|mailto):/.test(target);

/** What a link of a page names in the repository: `{ path, anchor }`, or a problem. */
export function resolveTarget(page, target) {
  const [file, anchor = ''] = target.split('#');
  const path = file === '' ? page : relative(root, join(root, dirname(page), decodeURI(file)));
  if (path.startsWith('..')) return { problem: `${page}: ${target} leads out of the repository` };
  if (!existsSync(join(root, path))) return { problem: `${page}: ${target} leads nowhere` };
  return { path, anchor, isFolder: statSync(join(root, path)).isDirectory() };
}

/** From one page of the site to another file of it. */
export const linkBetween = (from, to) => {
  const path = relative(dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
};

/** Ids that the site gives to the headings of a page. */
export function anchorsOf(markdown) {
  const text = markdown.replaceAll(/^ *```.*?^ *```/gms, '');
  return new Set([...text.matchAll(/^#{1,6} +(.+?)(?: *\{#([\w-]+)\})? *$/gm)].map(([, title, id]) => id ?? slug(title)));
}

/** As VitePress makes them: letters and digits stay, everything else becomes one hyphen. */
export const slug = (title) =>
  title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
