import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPlugins, openRun } from '@mochi/mochi';
import { pluginChecks, runChecks } from '@mochi/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { createPlugin } from './create-plugin.js';
import { kindOf, KINDS, type TemplateKind } from './kinds.js';

const root = mkdtempSync(join(tmpdir(), 'mochi-create-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(Object.keys(KINDS) as TemplateKind[])('%s', (kind) => {
  const folder = join(root, kind);

  test('the package has everything, and no placeholder is left', () => {
    const made = createPlugin({ kind, folder, name: `@acme/my-${kind}` });
    expect(made).toMatchObject({ name: `@acme/my-${kind}`, plugin: `my-${kind}` });
    expect(made.files).toEqual([
      '.github/workflows/test.yml',
      '.gitignore',
      'LICENSE',
      'README.md',
      'mochi.yaml',
      'package.json',
      'src/index.ts',
      'src/plugin.test.ts',
      'src/plugin.ts',
      'tsconfig.build.json',
      'tsconfig.json',
      'vitest.config.ts',
    ]);
    for (const file of made.files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/__\w+__|\.template/);
    const { keywords, version, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect([keywords, version]).toEqual([['mochi-plugin'], '0.1.0']);
    expect(devDependencies['@mochi/testing']).toMatch(/^\^\d/);
  });

  // That it builds and passes its own tests, without an edit, is proven by packages/tools/prove-plugins.mjs.
  test('its config is right, and has the plugin', async () => {
    const text = readFileSync(join(folder, 'mochi.yaml'), 'utf8').replace('[.]', '[./src/index.ts]'); // nothing is built here
    writeFileSync(join(folder, 'from-source.yaml'), text);
    const host = await openRun(join(folder, 'from-source.yaml'));
    expect(host.entries.map(({ name }) => name)).toContain(`my-${kind}`);
    await host.dispose();
  });

  test('the plugin keeps the contract of its kind, with no option given', async () => {
    const [found, ...more] = await findPlugins('./src/index.ts', folder);
    expect([found!.plugin.kind, found!.plugin.name, more]).toEqual([kind, `my-${kind}`, []]);
    const results = await runChecks(await pluginChecks(found!.plugin));
    expect(results.length).toBeGreaterThan(5);
    expect(results.filter(({ failure }) => failure !== null)).toEqual([]);
  });
});

test.each([
  { kind: 'exporter', file: 'README.md', says: '--format my-exporter' },
  { kind: 'exporter', file: 'mochi.yaml', says: 'mochi embed runs/try --out features.jsonl --format my-exporter' },
  { kind: 'augment', file: 'README.md', says: 'AUGMENTATION_OP' },
  { kind: 'sampler', file: 'README.md', says: "plugins: ['@acme/my-sampler']\nsampler: { name: my-sampler, n: 16 }\n" },
  { kind: 'tracker', file: 'README.md', says: '`trackers` of a config takes the place of' },
  { kind: 'tracker', file: 'mochi.yaml', says: 'trackers: [progress, jsonl, { name: my-tracker }]' },
  { kind: 'bank', file: 'README.md', says: 'npm run photos && npx mochi train' },
  { kind: 'data', file: 'README.md', says: '\nnpx mochi train' },
])('$kind: $file says $says', ({ kind, file, says }) => {
  expect(readFileSync(join(root, kind, file), 'utf8')).toContain(says);
});

test('what cannot be made is refused', () => {
  writeFileSync(join(root, 'file.txt'), '');
  expect(() => createPlugin({ kind: 'bank', folder: root, name: 'acme' })).toThrow(/is not empty/);
  expect(() => createPlugin({ kind: 'bank', folder: join(root, 'new'), name: 'Acme Bank' })).toThrow(
    /is no name of an npm package/,
  );
  expect([kindOf('augmentation'), kindOf('bank'), kindOf('constructor'), kindOf('banks')]).toEqual([
    'augment',
    'bank',
    undefined,
    undefined,
  ]);
});

test('the command makes a package, and says what is wrong', () => {
  const bin = fileURLToPath(new URL('../bin/create-mochi-plugin.js', import.meta.url));
  const runWith = (env: Record<string, string>, ...words: string[]) =>
    execFileSync(process.execPath, [bin, ...words], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });
  const run = (...words: string[]) => runWith({}, ...words);
  expect(run('by-command', '--kind', 'dataset')).toContain('the data "by-command" in 12 files');
  expect(run('@acme/class-cosine', '--kind', 'evaluator')).toMatch(
    /^acme-class-cosine: .*"class-cosine"[^]* suite of an evaluator/,
  );
  const { name } = JSON.parse(readFileSync(join(root, 'acme-class-cosine', 'package.json'), 'utf8'));
  expect(name).toBe('@acme/class-cosine');
  expect(existsSync(join(root, 'by-command', 'src', 'plugin.ts'))).toBe(true);
  expect(() => run('other', '--kind', 'smapler')).toThrow(/There is no kind "smapler"/);
  expect(() => run()).toThrow(/KIND is one of/);
  // What npm makes of `npm create mochi-plugin band --kind sampler`, and of --kind=sampler.
  const fix = /npm kept --kind for itself[^]*npm create mochi-plugin band -- --kind sampler/;
  expect(() => runWith({ npm_config_kind: 'true' }, 'band', 'sampler')).toThrow(fix);
  expect(() => runWith({ npm_config_kind: 'sampler' }, 'band')).toThrow(fix);
});
