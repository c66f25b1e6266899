// Puts together the pages of the site: those of docs/, the READMEs of packages and examples with every plugin's card, and a page for each source
// file that any of them links to. The repository itself is what the links lead to, so none may lead nowhere.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { root } from '../release/pack.mjs';
import { anchorsOf, isOutside, linkBetween, mapLinks, resolveTarget } from './links.mjs';

const LANGUAGES = { ts: 'ts', mjs: 'js', js: 'js', json: 'json', yaml: 'yaml', yml: 'yaml', md: 'md', py: 'python' };
const IMAGES = ['.png', '.jpg', '.svg', '.gif'];

/** Where a page of the repository stands on the site. */
export function sitePath(path) {
  const [top, name, ...rest] = path.split('/');
  if (path === 'README.md') return 'readme.md';
  if (top === 'docs') return path.slice('docs/'.length);
  if (rest.length === 1) return `${top}/${name}/index.md`; // packages/NAME/README.md
  const card = rest.slice(rest[0] === 'src' ? 1 : 0, -1).join('/'); // packages/NAME/src/CARD/README.md
  return `${top}/${name}/${card}.md`;
}

export class Stage {
  problems = [];
  sources = new Set();
  /** By path in the repository. */
  pages = new Map();

  constructor(folder) {
    this.folder = folder;
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }

  /** Adds every page; then their links can be told apart. */
  build(paths) {
    for (const path of paths) this.pages.set(path, readFileSync(join(root, path), 'utf8'));
    for (const [path, text] of this.pages) this.write(sitePath(path), this.withLinks(path, sitePath(path), text));
    for (const source of this.sources) this.write(`source/${source}.md`, this.sourcePage(source));
  }

  withLinks(page, site, text) {
    return mapLinks(text.replaceAll(/<!--.*?-->\n*/gs, ''), (target) => {
      if (isOutside(target)) return target;
      const { problem, path, anchor, isFolder } = resolveTarget(page, target);
      if (problem !== undefined) return this.fault(problem, target);
      const to = this.siteTarget(isFolder ? this.readmeOf(path) : path);
      if (anchor !== '' && to.page !== undefined && !anchorsOf(to.page).has(anchor))
        this.fault(`${page}: ${target}: no such heading`);
      return `${linkBetween(site, to.path)}${anchor === '' ? '' : `#${anchor}`}`;
    });
  }

  readmeOf(folder) {
    const readme = join(folder, 'README.md');
    return existsSync(join(root, readme)) ? readme : folder;
  }

  siteTarget(path) {
    if (this.pages.has(path)) return { path: sitePath(path), page: this.pages.get(path) };
    if (IMAGES.includes(extname(path))) return this.copyImage(path);
    this.sources.add(path);
    return { path: `source/${path}.md` };
  }

  copyImage(path) {
    const to = `images/${basename(path)}`;
    mkdirSync(join(this.folder, 'images'), { recursive: true });
    cpSync(join(root, path), join(this.folder, to));
    return { path: to };
  }

  sourcePage(path) {
    const head = `---\neditLink: false\nsearch: false\n---\n\n# ${path}\n\n`;
    const full = join(root, path);
    if (statSync(full).isDirectory()) return `${head}${readdirSync(full).map((name) => `- \`${name}\``).join('\n')}\n`; // prettier-ignore
    return `${head}\`\`\`\`${LANGUAGES[extname(path).slice(1)] ?? 'text'}\n${readFileSync(full, 'utf8')}\n\`\`\`\`\n`;
  }

  fault(problem, target) {
    this.problems.push(problem);
    return target;
  }

  write(path, text) {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }
}
