import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileBeside, slugOf, type Block } from './extract.js';

/** What fragments of configs are laid upon, and what pages mean by `mochi.yaml` unless they show it. */
const BASE = 'extends: small\ndata: { name: image-folder, root: ./photos }\nevaluators: [knn]\n';
/** The same for `comparison.yaml`. */
const COMPARISON = 'name: some\nbase: ./mochi.yaml\nvary: { sampler: [uniform, mochi] }\n';

/**
 * A folder for each page, with the files that its blocks name (`<!-- file: mine.yaml -->`), so that what a page shows together is tried together.
 * `<!-- beside: mine.ts = path/in/the/repository.ts -->` puts an existing file there.
 */
export class Workspaces {
  private readonly home = mkdtempSync(join(tmpdir(), 'mochi-blocks-'));
  private readonly made = new Set<string>();

  constructor(private readonly blocks: readonly Block[]) {}

  folderOf(page: string): string {
    const folder = join(this.home, slugOf(page));
    if (this.made.has(page)) return folder;
    this.made.add(page);
    write(join(folder, 'mochi.yaml'), BASE);
    write(join(folder, 'comparison.yaml'), COMPARISON);
    for (const block of this.blocks.filter((each) => each.page === page)) this.lay(folder, block);
    return folder;
  }

  private lay(folder: string, { directives, code, language }: Block): void {
    const name = directives['file'];
    if (name !== undefined) write(join(folder, name), language === 'yaml' ? withBase(code, name) : code);
    const beside = fileBeside(directives);
    if (beside) write(join(folder, beside.name), beside.text);
  }

  get folder(): string {
    return this.home;
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const withBase = (code: string, name: string): string =>
  name === 'mochi.yaml' || /^(extends|base|run):/m.test(code) ? code : `extends: ./mochi.yaml\n${code}`;
