import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from './blocks/check-config.js';
import { checkPython } from './blocks/check-python.js';
import { checkShell } from './blocks/check-shell.js';
import { checkTypeScript } from './blocks/check-typescript.js';
import { isToRun, runTypeScript } from './blocks/run-typescript.js';
import { extractBlocks, placeOf, type Block } from './blocks/extract.js';
import { Workspaces } from './blocks/workspace.js';
import { pages, read } from './repository.js';

const all = pages().flatMap((page) => extractBlocks(page, read(page)));
const workspaces = new Workspaces(all);
afterAll(() => rmSync(workspaces.folder, { recursive: true, force: true }));

const in_ = (...languages: string[]): [string, Block][] =>
  all.filter(({ language }) => languages.includes(language)).map((block) => [placeOf(block), block]);
const blockOf = (code: string): Block => ({ page: 'made-up.md', line: 1, language: 'yaml', code, directives: {} });
const KNOWN = ['ts', 'yaml', 'json', 'sh', 'python', 'text', 'make', 'dockerfile', 'css', ''];

test('there are blocks to check', () => expect(all.length).toBeGreaterThan(70));

test('every block is in a language that is checked, or is text', () =>
  expect(all.filter(({ language }) => !KNOWN.includes(language)).map((block) => `${placeOf(block)} ${block.language}`)).toEqual(
    [],
  ));

/** Line 3 is wrong; line 10 needs what lies beside it. */
const wrong = extractBlocks(
  'made-up.md',
  `A page.

\`\`\`ts
import { train } from '@mochi/mochi';
await train('mochi.yaml', { nonsense: 1 });
\`\`\`

<!-- beside: mine.ts = examples/custom-sampler/src/skip-hardest.ts -->

\`\`\`ts
import { skipHardest } from './mine.js';
console.log(skipHardest.name);
\`\`\`
`,
);

describe('TypeScript compiles', () => {
  let problems = new Map<string, string[]>();
  beforeAll(() => {
    problems = checkTypeScript([...in_('ts').map(([, block]) => block), ...wrong]);
  });
  test('a faulty block is told with its line', () =>
    expect(problems.get('made-up.md:3')).toEqual([expect.stringMatching(/^made-up.md:5 .*'nonsense'/)]));
  test('what a page puts beside is there', () => expect(problems.get('made-up.md:10')).toBeUndefined());
  test.each(in_('ts'))('%s', (place) => expect(problems.get(place) ?? []).toEqual([]));
});

describe('TypeScript runs', () => {
  const toRun = in_('ts').filter(([, block]) => isToRun(block));
  test('there is some', () => expect(toRun.length).toBeGreaterThan(0));
  test('what fails is told', () => expect(runTypeScript('const at: number = absent;')).toMatch(/absent is not defined/));
  test.each(toRun)('%s', (_, { code }) => expect(runTypeScript(code)).toBe(''));
});

describe('configs are right', () => {
  const problemsOf = (code: string) => checkConfig(blockOf(code), workspaces.folderOf('made-up.md'));
  test('a misspelt option is told', async () =>
    expect(await problemsOf('sampler: { name: mochi, m: 1 }')).toEqual([expect.stringContaining('sampler.m')]));
  test('of alternatives, each is tried', async () =>
    expect(await problemsOf('sampler: uniform\nsampler: unifrom\n---\nbank: fofi\n')).toEqual([
      expect.stringContaining('unifrom'),
      expect.stringContaining('fofi'),
    ]));
  test('a comparison is planned', async () =>
    expect(await problemsOf('name: x\nbase: ./mochi.yaml\nvary: { sampler.n: [1, many] }\n')).toHaveLength(1));
  test.each(in_('yaml'))('%s', async (_, block) => expect(await checkConfig(block, workspaces.folderOf(block.page))).toEqual([]));
});

test('JSON parses', () => {
  for (const [place, { code }] of in_('json')) expect(() => JSON.parse(code) as unknown, place).not.toThrow();
});

describe('commands are right', () => {
  test.each([
    ['npx mochi trian mochi.yaml', /trian/],
    ['mochi train mochi.yaml --rnu runs/x   # a comment', /--rnu/],
    ["mochi train mochi.yaml 'sampler={name: mochi, q: 1}'", /sampler\.q/],
    ['mochi embed runs/x', /--out/],
    ['npm test && npm run nothing', /nothing/],
    ['mochi explain absent.yaml', /absent\.yaml/],
    ['frobnicate', /frobnicate/],
  ])('told: %s', async (code, problem) =>
    expect(await checkShell(code, workspaces.folderOf('made-up.md'))).toEqual([expect.stringMatching(problem)]),
  );
  test.each(in_('sh'))('%s', async (_, { code, page }) => expect(await checkShell(code, workspaces.folderOf(page))).toEqual([]));
});

test('Python is Python', () => {
  expect(checkPython(['a = 1', 'a = = 1'])).toEqual([[], [expect.stringContaining('line 1')]]);
  const blocks = in_('python');
  const problems = checkPython(blocks.map(([, { code }]) => code));
  expect(Object.fromEntries(blocks.map(([place], index) => [place, problems[index]!]).filter(([, found]) => found!.length > 0))).toEqual({}); // prettier-ignore
});
