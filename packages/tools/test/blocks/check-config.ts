import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMochiError } from '@mochi/contract';
import { openRun, planComparison } from '@mochi/mochi';
import { isMap, parseAllDocuments, type Document, type YAMLMap } from 'yaml';
import { root } from '../repository.js';
import type { Block } from './extract.js';

/** YAML that is no config of ours is only parsed: `<!-- check: syntax -->`. */
const isForeign = ({ directives }: Block): boolean => directives['check'] === 'syntax';

/**
 * What is wrong with a YAML or JSON block. A config, whole or in part, is laid upon the page's `mochi.yaml` and set up without training; a
 * block with `vary` is planned as a comparison. A key that stands twice, and documents between `---`, are alternatives: each is tried.
 */
export async function checkConfig(block: Block, folder: string): Promise<string[]> {
  const documents = parseAllDocuments(block.code, { uniqueKeys: false });
  const broken = documents.flatMap(({ errors }) => errors.map(({ message }) => message));
  if (broken.length > 0 || isForeign(block)) return broken;
  const problems: string[] = [];
  for (const text of documents.flatMap(alternatives))
    problems.push(...(await checkOne(withPaths(text, folder, dirname(block.page)), folder)));
  return problems;
}

/** Configs and plugins that a block names lie in the page's folder of files, or where the page itself is in the repository. */
const withPaths = (text: string, folder: string, home: string): string =>
  text.replaceAll(
    /(?<=[\s'"[])\.\.?\/[\w./-]+\.(?:ts|yaml)\b/g,
    (path) => [join(folder, path), join(root, home, path)].find((each) => existsSync(each)) ?? join(folder, path),
  );

async function checkOne(text: string, folder: string): Promise<string[]> {
  const file = join(folder, `block-${randomUUID()}.yaml`);
  const isComparison = /^vary:/m.test(text);
  writeFileSync(file, isComparison || /^extends:/m.test(text) ? text : `extends: ./mochi.yaml\n${text}`);
  if (isComparison) return checkComparison(file, []);
  return messageOf(async () => (await openRun(file)).dispose());
}

/** What is wrong with a comparison, or with any of its runs. */
export const checkComparison = (file: string, overrides: readonly string[]): Promise<string[]> =>
  messageOf(() => planComparison(file, { overrides }));

/** Of a plugin that looks at images while it is set up: they are the reader's. */
const isAbsentData = (error: unknown): boolean =>
  isMochiError(error) && error.cause !== undefined && isMochiError(error.cause) && error.cause.code === 'MOCHI_FOLDER_MISSING';

/** The message of what a function throws, or nothing. */
export async function messageOf(attempt: () => unknown): Promise<string[]> {
  try {
    await attempt();
    return [];
  } catch (error) {
    if (isAbsentData(error)) return [];
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** A map with a key twice is two maps: the first with its first value and whatever stands alone, the second with its second. */
function alternatives(document: Document): string[] {
  const map = document.contents;
  if (document.directives) document.directives.docStart = null; // each goes to a file of its own
  if (!isMap(map)) return [String(document)];
  const counts = new Map<string, number>();
  for (const { key } of map.items) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1);
  const most = Math.max(1, ...counts.values());
  return Array.from({ length: most }, (_, index) => String(pick(document, index)));
}

function pick(document: Document, index: number): Document {
  const copy = document.clone();
  const map = copy.contents as YAMLMap;
  const seen = new Map<string, number>();
  const all = map.items.map((item) => {
    const nth = seen.get(String(item.key)) ?? 0;
    seen.set(String(item.key), nth + 1);
    return { item, nth };
  });
  map.items = all.filter(({ item, nth }) => nth === Math.min(index, seen.get(String(item.key))! - 1)).map(({ item }) => item);
  return copy;
}
