import { basename } from 'node:path';
import { read } from '../repository.js';

/** One fenced code block of a Markdown page. */
export interface Block {
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** The first word after the fence; empty for plain text. */
  readonly language: string;
  readonly code: string;
  /** What the HTML comments right above the block say, by their first word: see docs/contributing.md. */
  readonly directives: Readonly<Record<string, string>>;
}

const FENCE = /^( *)(```+)([^\n`]*)\n(.*?)^\1\2 *$/gms;
const COMMENT = /<!-- (around|file|beside|check): ?(.*?) ?-->/gs;

/** Every fenced block, in order. A directive belongs to the block that follows it with nothing but blank space between. */
export function extractBlocks(page: string, markdown: string): Block[] {
  return [...markdown.matchAll(FENCE)].map(({ index, 1: indent = '', 3: info = '', 4: code = '' }) => ({
    page,
    line: markdown.slice(0, index).split('\n').length,
    language: info.trim().split(/[\s[{]/)[0]!,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    directives: Object.fromEntries(commentsAbove(markdown.slice(0, index))),
  }));
}

function commentsAbove(before: string): [string, string][] {
  const above = /(?:<!--(?:(?!-->).)*-->\s*)+$/s.exec(before);
  return [...(above?.[0] ?? '').matchAll(COMMENT)].map(([, name, text]) => [name!, text!.trim()]);
}

/** The file that `<!-- beside: NAME = PATH -->` asks for. */
export function fileBeside({ beside }: Block['directives']): { name: string; text: string } | undefined {
  const [name, path] = beside?.split(' = ') ?? [];
  return name === undefined || path === undefined ? undefined : { name, text: read(path) };
}

/** `docs/cli.md:25`, as editors and terminals understand it. */
export const placeOf = ({ page, line }: Block): string => `${page}:${line}`;

/** `docs/write-a-plugin.md` -> `docs-write-a-plugin`: a name for a page's folder. */
export const slugOf = (page: string): string => page.replace(basename(page), basename(page, '.md')).replaceAll(/[^\w-]+/g, '-');
