import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');
export const exists = (path: string): boolean => existsSync(join(root, path));
export const readJson = <T>(path: string): T => JSON.parse(read(path)) as T;

/** Workspace packages below a folder, as paths. */
export const packagesIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => exists(`${path}/package.json`))
    .sort();

/** TypeScript sources of all packages, tests left out, as paths. */
export const sources = (): string[] =>
  packagesIn('packages')
    .filter((path) => exists(`${path}/src`))
    .flatMap((path) => readdirSync(join(root, path, 'src'), { recursive: true }).map((name) => `${path}/src/${String(name)}`))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));

/** Folders whose pages are installed, written by a script, or filled in later. */
const ELSEWHERE = ['node_modules', 'dist', 'template', 'templates', 'golden', 'runs', 'etc'];

/** Markdown pages of the repository, as paths. */
export const pages = (): string[] => ['README.md', ...['docs', 'packages', 'examples'].flatMap(pagesBelow)];

function pagesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ELSEWHERE.includes(entry.name) || entry.name.startsWith('.') ? [] : pagesBelow(path);
    return entry.name.endsWith('.md') && entry.name !== 'CHANGELOG.md' ? [path] : [];
  });
}

/** First column of each table below a heading of a Markdown page, as far as it stands in backticks. */
export function namesInTable(page: string, heading: string): string[] {
  const [, after = ''] = page.split(new RegExp(`^## ${heading}$`, 'm'));
  const [section = ''] = after.split(/^## /m);
  return [...section.matchAll(/^\| *`([^`]+)`/gm)].map(([, name]) => name!);
}
