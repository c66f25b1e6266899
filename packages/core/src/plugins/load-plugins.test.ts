import { MochiError, NEGATIVE_SAMPLER, defineEvent } from '@mochi/contract';
import type * as contract from '@mochi/contract';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fails, folderOf, load, loadYaml, plugin } from '../../test/fixture.js';

describe('plugins of one', () => {
  const source = (name: string, kind = 'sampler') => `
import { definePlugin, NEGATIVE_SAMPLER, MochiError, defineEvent } from '@mochi/contract';
import { z } from 'zod';
import { answer } from './helper.js';
export const contractError = MochiError;
export const schemaOf = z;
export const plugin = definePlugin({
  name: '${name}', kind: '${kind}', apiVersion: 1,
  config: z.strictObject({ n: z.int().positive().default(answer) }),
  setup(host, options: { n: number }): void { host.provide(NEGATIVE_SAMPLER, () => ({ name: '${name}', sample: () => ({ blocks: [] }) })); },
});
export default plugin;
`;
  const helper = { 'helper.ts': 'export const answer: number = 42;' };

  test('a TypeScript file outside any package gets the modules of this process', async () => {
    const cwd = folderOf({ 'mochi.yaml': 'plugins: [./acme.ts]\nsampler: acme', 'acme.ts': source('acme'), ...helper });
    const { config, written, entries, registry } = await load({ cwd, file: 'mochi.yaml' });
    expect(config).toMatchObject({ sampler: { name: 'acme', n: 42 }, plugins: [join(cwd, 'acme.ts')] }); // found from anywhere
    expect(entries).toMatchObject([{ id: 'sampler', name: 'acme', origin: { source: join(cwd, 'acme.ts') } }]);
    expect((await load({ cwd: folderOf({}), object: written })).config).toEqual(config);
    expect(registry.names('sampler')).toContain('acme');
    expect(entries[0]!.plugin.config).toBeInstanceOf(z.ZodObject); // zod of this process
  });

  test('shared modules are the very same, the caller adds his own', async () => {
    const cwd = folderOf({
      'mochi.yaml': 'plugins: [./same.ts]',
      'same.ts': `import * as contract from '@mochi/contract'; import { special } from 'acme-engine'; import * as zod from 'zod'; import * as rxjs from 'rxjs';
export const plugin = { name: 'same', kind: 'extension', apiVersion: 1, config: zod.z.strictObject({}), setup() {}, seen: { contract, special, Observable: rxjs.Observable } };`,
    });
    const { entries } = await load({ cwd, file: 'mochi.yaml', shared: { 'acme-engine': { special: load } } });
    const { seen } = entries[0]!.plugin as unknown as { seen: { contract: typeof contract; special: unknown } };
    expect(seen.contract.MochiError).toBe(MochiError);
    expect(seen.contract.NEGATIVE_SAMPLER).toBe(NEGATIVE_SAMPLER);
    expect(seen.contract.defineEvent).toBe(defineEvent);
    expect(seen.special).toBe(load);
  });

  test('core itself is shared, for `duration`', async () => {
    const cwd = folderOf({
      'mochi.yaml': 'plugins: [./long.ts]',
      'long.ts': `import { duration } from '@mochi/core'; import { z } from 'zod';
export const plugin = { name: 'long', kind: 'extension', apiVersion: 1, config: z.strictObject({ warmup: duration.prefault('2ep') }), setup() {} };`,
    });
    expect((await load({ cwd, file: 'mochi.yaml' })).entries).toMatchObject([{ options: { warmup: { epochs: 2 } } }]);
  });

  test('decorators work in a TypeScript plugin', async () => {
    const cwd = folderOf({
      'mochi.yaml': 'plugins: [./decorated.ts]',
      'decorated.ts': `import { inject, injectable } from 'tsyringe'; import { z } from 'zod';
@injectable() class Made { constructor(@inject('bank') readonly bank: unknown) {} }
export const plugin = { name: 'decorated', kind: 'extension', apiVersion: 1, config: z.strictObject({}), setup(host: any) { host.provideClass({ kind: 'one', name: 'made' }, Made); } };`,
    });
    expect((await load({ cwd, file: 'mochi.yaml' })).entries).toMatchObject([{ id: 'extension:decorated' }]);
  });

  test('JavaScript beside the config, which finds no package of ours, gets those of this process', async () => {
    const cwd = folderOf({
      'mochi.yaml': 'plugins: [./acme.mjs, ./plain.mjs]\nsampler: acme',
      'acme.mjs': source('acme')
        .replaceAll(/: \{ n: number \}|: void/g, '')
        .replace('./helper.js', './helper.mjs'),
      'helper.mjs': 'export const answer = 6;',
      'plain.mjs': `const config = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } };
export default { name: 'plain', kind: 'extension', apiVersion: 1, config, setup() {} };`,
    });
    const { config, entries } = await load({ cwd, file: 'mochi.yaml' });
    expect(config['sampler']).toEqual({ name: 'acme', n: 6 });
    expect(entries.map(({ id }) => id)).toEqual(['sampler', 'extension:plain']);
  });

  test('a package is found from the folder of the config, its exports map and version honoured', async () => {
    const cwd = folderOf({
      'mochi.yaml': "plugins: ['@acme/x']\nsampler: from-package",
      'node_modules/@acme/x/package.json':
        '{ "name": "@acme/x", "version": "1.2.3", "type": "module", "exports": { ".": { "import": "./lib/main.js" } } }',
      'node_modules/@acme/x/lib/main.js': `const config = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } };
export const a = { name: 'from-package', kind: 'sampler', apiVersion: 1, config, setup() {} };
export const b = { ...a, name: 'second' };`,
    });
    const { entries, registry } = await load({ cwd, file: 'mochi.yaml' });
    expect(entries).toMatchObject([{ name: 'from-package', origin: { source: '@acme/x', version: '1.2.3' } }]);
    expect(registry.get('sampler', 'second')).toBeDefined();
  });

  test('relative paths start at the file that wrote them, through extends', async () => {
    const cwd = folderOf({
      'run/mochi.yaml': 'extends: ../base/base.yaml\nplugins: [./own.ts]\nsampler: [shared, own]',
      'run/own.ts': source('own'),
      'run/helper.ts': helper['helper.ts'],
      'base/base.yaml': 'plugins: [./shared.ts]',
      'base/shared.ts': source('shared'),
      'base/helper.ts': helper['helper.ts'],
    });
    expect((await load({ cwd, file: 'run/mochi.yaml' })).entries.map(({ name }) => name)).toEqual(['shared', 'own']);
    expect(
      (await load({ cwd: join(cwd, 'base'), overrides: ['plugins=[./shared.ts]', 'sampler=shared'] })).entries,
    ).toMatchObject([{ name: 'shared' }]);
  });

  test('an extension is switched on by being listed; its options stand beside `use`', async () => {
    const cwd = folderOf({
      'ok.yaml': 'plugins: [./x.ts, { use: ./x.ts, n: 5 }]',
      'bad.yaml': 'plugins:\n  - use: ./x.ts\n    n: 0\n',
      'wrong.yaml': 'plugins: [{ use: ./s.ts, n: 5 }]',
      'x.ts': source('x', 'extension'),
      's.ts': source('s'),
      ...helper,
    });
    const ok = await load({ cwd, file: 'ok.yaml' });
    expect(ok.entries).toMatchObject([{ id: 'extension:x', options: { n: 5 } }]);
    expect(ok.config['plugins']).toEqual([join(cwd, 'x.ts'), { use: join(cwd, 'x.ts'), n: 5 }]);
    expect((await fails(load({ cwd, file: 'bad.yaml' }))).message).toMatch(/bad\.yaml:2:5 {2}plugins\.0\.n\n +found: 0/);
    expect((await fails(load({ cwd, file: 'wrong.yaml' }))).message).toMatch(/options in the section of the sampler/);
    const extension = plugin('extension', 'ema-watch');
    expect((await load({ object: { plugins: ['ema-watch'] }, known: [extension] })).entries).toMatchObject([
      { id: 'extension:ema-watch' },
    ]);
  });

  test('a folder stands for the main module of the package in it; without one it says so', async () => {
    const manifest = (name: string) => JSON.stringify({ name, type: 'module', exports: { '.': { import: './dist/index.js' } } });
    const cwd = folderOf({
      'mochi.yaml': 'plugins: [./packed]\nsampler: acme',
      'packed/package.json': manifest('@acme/mochi-band'),
      'packed/dist/index.js': `import { z } from 'zod';
export const acme = { name: 'acme', kind: 'sampler', apiVersion: 1, config: z.strictObject({ n: z.int().default(7) }), setup() {} };`,
      'unbuilt/package.json': manifest('unbuilt'),
      'empty/readme.md': '',
    });
    const { config, entries } = await load({ cwd, file: 'mochi.yaml' });
    expect(entries).toMatchObject([{ id: 'sampler', origin: { source: join(cwd, 'packed/dist/index.js') }, options: { n: 7 } }]);
    expect(config['plugins']).toEqual([join(cwd, 'packed')]);
    for (const name of ['unbuilt', 'empty'])
      await expect(load({ cwd, object: { plugins: [`./${name}`] } })).rejects.toThrow(/is a folder, and the main module [^]*build the package/); // prettier-ignore
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    ['no file', {}, 'MOCHI_PLUGIN_NOT_FOUND', /\.\/x\.ts" \(named in mochi\.yaml:1:11\)[^]*there is no file/],
    ['no export', { 'x.ts': 'export {};' }, 'MOCHI_PLUGIN_NOT_FOUND', /it exports nothing/],
    [
      'no plugin',
      { 'x.ts': 'export const a = 1; export function setup() {}' },
      'MOCHI_PLUGIN_NOT_FOUND',
      /it exports a, setup, none of them a plugin/,
    ],
    ['near miss', { 'x.ts': 'export const p = { name: "p", setup() {} };' }, 'MOCHI_PLUGIN_NOT_FOUND', /"p" lacks kind/],
    ['throws', { 'x.ts': 'throw new TypeError("at load");' }, 'MOCHI_PLUGIN_LOAD_FAILED', /threw while it was loaded: at load/],
    ['imports what is not there', { 'x.ts': "import './gone.js'; export {};" }, 'MOCHI_PLUGIN_LOAD_FAILED', /gone/],
    ['does not parse', { 'x.ts': 'export const = 3;' }, 'MOCHI_PLUGIN_LOAD_FAILED', /x\.ts/],
    [
      'no version',
      { 'x.ts': source('p').replace('apiVersion: 1,', ''), ...helper },
      'MOCHI_PLUGIN_API_VERSION',
      /"p" .* does not state the version[^]*Add apiVersion: 1/,
    ],
    [
      'other version',
      { 'x.ts': source('p').replace('apiVersion: 1', 'apiVersion: 2'), ...helper },
      'MOCHI_PLUGIN_API_VERSION',
      /version 2[^]*apiVersion 1/,
    ],
    ['other kind', { 'x.ts': source('p', 'smapler'), ...helper }, 'MOCHI_PLUGIN_INVALID', /is of kind "smapler"[^]*sampler/],
    ['bad name', { 'x.ts': source('a b'), ...helper }, 'MOCHI_PLUGIN_INVALID', /has the name "a b"/],
    [
      'no schema',
      { 'x.ts': 'export const p = { name: "p", kind: "sampler", apiVersion: 1, setup() {} };' },
      'MOCHI_PLUGIN_INVALID',
      /no config schema/,
    ],
    [
      'known name',
      { 'x.ts': source('uniform'), ...helper },
      'MOCHI_PLUGIN_DUPLICATE',
      /sampler are called "uniform": one from built-in, one from .*x\.ts/,
    ],
  ])('%s', async (_, files, code, message) => {
    const error = await fails(loadYaml('plugins: [./x.ts]', { cwd: folderOf({ 'mochi.yaml': 'plugins: [./x.ts]', ...files }) }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    if (code === 'MOCHI_PLUGIN_LOAD_FAILED') expect(error.cause).toBeInstanceOf(Error);
  });

  test('a package that is not installed', async () => {
    expect((await fails(loadYaml("plugins: ['@acme/none']"))).message).toMatch(
      /no such package is installed[^]*MOCHI_PLUGIN_NOT_FOUND/,
    );
  });
});
