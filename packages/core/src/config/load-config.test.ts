import {
  API_VERSION,
  MochiError,
  NEGATIVE_SAMPLER,
  defineEvent,
  definePlugin,
  type Plugin,
  type PluginKind,
} from '@mochi/contract';
import * as contract from '@mochi/contract';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { duration } from '../duration.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { ConfigError } from './problems.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A temporary folder with these files. */
function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-config-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const plugin = (kind: PluginKind, name: string, config: Plugin['config'] = z.strictObject({})): Plugin =>
  definePlugin({ name, kind, apiVersion: API_VERSION, config, setup: () => {} });

const mochi = plugin(
  'sampler',
  'mochi',
  z.strictObject({
    n: z.int().positive().default(1024),
    s: z.int().nonnegative().default(1024),
    mode: z.enum(['uniform', 'ranked']).default('uniform'),
    warmup: duration.prefault('10ep'),
    head: z.strictObject({ hidden: z.int().default(512), dim: z.int().default(128) }).prefault({}),
  }),
);
const known = [
  mochi,
  plugin('sampler', 'uniform'),
  plugin('sampler', 'random', z.strictObject({ rows: z.int().optional() })),
  plugin('bank', 'fifo', z.strictObject({ capacity: z.int().positive().default(4096) })),
  plugin('evaluator', 'knn', z.strictObject({ k: z.int().default(200) })),
  plugin('evaluator', 'linear'),
  plugin('tracker', 'progress'),
];
const train = z.strictObject({ epochs: z.int().positive(), batchSize: z.int().positive().default(64) });
const load = (options: Partial<ConfigOptions>) =>
  loadConfig({ known, schemas: { train: train.prefault({ epochs: 1 }) }, ...options });
const loadYaml = (text: string, options: Partial<ConfigOptions> = {}) =>
  load({ cwd: folderOf({ 'mochi.yaml': text }), file: 'mochi.yaml', ...options });
const fails = async (promise: Promise<unknown>): Promise<MochiError> => {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(MochiError);
  return error as MochiError;
};

test('an empty config gets every default', async () => {
  for (const loaded of [await loadYaml(''), await load({ object: {} })]) {
    expect(loaded.config).toEqual({
      seed: 1,
      name: 'run',
      runtime: { compile: true, eager: false, precision: 'float32', threads: 'auto' },
      train: { epochs: 1, batchSize: 64 },
    });
    expect(loaded.entries).toEqual([]);
  }
});

test('sections are names or maps, options are checked and filled in, entries come in the order of setup', async () => {
  const { config, entries, written } = await loadYaml(`
trackers: [progress]
sampler: { name: mochi, n: 8, warmup: 2ep }
bank: fifo
evaluators: [{ name: knn, k: 20 }, knn, linear]
`);
  expect(config).toMatchObject({
    sampler: { name: 'mochi', n: 8, s: 1024, warmup: { epochs: 2 }, head: { hidden: 512, dim: 128 } },
    bank: { name: 'fifo', capacity: 4096 },
    evaluators: [{ name: 'knn', k: 20 }, { name: 'knn', k: 200 }, { name: 'linear' }],
  });
  expect(entries.map(({ id, name }) => `${id}=${name}`)).toEqual([
    'bank=fifo',
    'sampler=mochi',
    'evaluator=knn',
    'evaluator.1=knn',
    'evaluator.2=linear',
    'tracker=progress',
  ]);
  expect(written).toEqual({
    trackers: ['progress'],
    sampler: { name: 'mochi', n: 8, warmup: '2ep' },
    bank: 'fifo',
    evaluators: [{ name: 'knn', k: 20 }, 'knn', 'linear'],
  });
});

test('a sampler may be a chain; a resolved config reads back as itself', async () => {
  const { config, entries } = await loadYaml('sampler: [uniform, { name: mochi, n: 4 }]');
  expect(entries.map(({ id }) => id)).toEqual(['sampler', 'sampler.1']);
  expect((await load({ object: config })).config).toEqual(config);
});

test('JSON and TypeScript configs', async () => {
  const cwd = folderOf({
    'a.json': '{ "sampler": { "name": "mochi", "n": 3 } }',
    'b.ts': 'const n: number = 5; export default { sampler: { name: "mochi", n }, bank: undefined };',
    'c.mjs': 'export default { sampler: "uniform" };',
    'd.ts': 'throw new Error("broken");',
    'e.ts': 'export const config = {};',
  });
  expect((await load({ cwd, file: 'a.json' })).config['sampler']).toMatchObject({ n: 3 });
  expect((await load({ cwd, file: 'b.ts' })).config['sampler']).toMatchObject({ n: 5 });
  expect((await load({ cwd, file: 'c.mjs' })).config['sampler']).toEqual({ name: 'uniform' });
  expect(await fails(load({ cwd, file: 'd.ts' }))).toMatchObject({
    code: 'MOCHI_CONFIG_UNREADABLE',
    message: expect.stringMatching(/d\.ts.*broken/),
    cause: new Error('broken'),
  });
  expect((await fails(load({ cwd, file: 'e.ts' }))).message).toMatch(/nothing as the default export/);
});

describe('files that cannot be read', () => {
  test.each([
    ['sampler: [a', /mochi\.yaml:1:12/],
    ['a: 1\nb: {c: 1\nd: 2', /mochi\.yaml:3/],
    ['seed: 1\nseed: 2', /mochi\.yaml:2:1.*unique/],
    ['- a', /holds a list/],
    ['extends: { a: 1 }', /"extends" takes/],
  ])('%j', async (text, message) => {
    const error = await fails(loadYaml(text));
    expect(error.code).toBe('MOCHI_CONFIG_UNREADABLE');
    expect(error.message).toMatch(message);
  });

  test('no file, or no format', async () => {
    expect((await fails(load({ file: 'nowhere.yaml' }))).code).toBe('MOCHI_CONFIG_NOT_FOUND');
    const cwd = folderOf({ 'a.toml': '' });
    expect((await fails(load({ cwd, file: 'a.toml' }))).message).toMatch(/"\.toml" is no format/);
  });
});

describe('what is wrong is told', () => {
  test('all of it at once, each with place, path, found, expected and what was meant', async () => {
    const error = (await fails(
      loadYaml(
        `seed: -1
samplr: uniform
sampler:
  name: mochi
  nn: 5
  s: many
  mode: unifrom
  head: { dims: 3 }
bank: fifi
evaluators: knn
trackers: [{ path: x }]
train: { epochs: 0 }
`,
        { required: ['data', 'bank'] },
      ),
    )) as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.code).toBe('MOCHI_CONFIG_INVALID');
    const lines = error.problems.map(({ place, path, found, expected, suggestion }) => [
      `${place.line}:${place.column} ${path.join('.')}`,
      found,
      expected,
      suggestion,
    ]);
    expect(lines).toEqual([
      ['2:1 samplr', 'the key "samplr"', expect.stringMatching(/^one of seed, name, runtime, train/), 'sampler'],
      ['1:1 data', 'no such section', 'a section "data"', undefined],
      ['1:7 seed', '-1', expect.stringMatching(/too small.*>=0/), undefined],
      ['12:18 train.epochs', '0', expect.stringMatching(/too small.*>0/), undefined],
      ['9:7 bank', '"fifi"', 'a plugin of kind bank: one of fifo', 'fifo'],
      ['6:6 sampler.s', '"many"', expect.stringMatching(/expected (int|number)/), undefined],
      ['7:9 sampler.mode', '"unifrom"', 'one of uniform, ranked', 'uniform'],
      ['8:11 sampler.head.dims', 'the key "dims"', 'one of hidden, dim', 'dim'],
      ['5:3 sampler.nn', 'the key "nn"', 'one of n, s, mode, warmup, head', 'n'],
      ['10:13 evaluators', '"knn"', 'a list, e.g. [knn]', undefined],
      ['11:12 trackers.0.name', '{"path":"x"}', 'a name; one of progress', undefined],
    ]);
    expect(error.message).toMatch(/11 problems/);
    expect(error.message).toMatch(
      /mochi\.yaml:5:3 {2}sampler\.nn\n +found: the key "nn"\n +expected: one of n, s.*\n +did you mean "n"\?/,
    );
  });

  test('an unknown plugin alone has its own code, and the plugins of its kind', async () => {
    const error = await fails(loadYaml('sampler: { name: unifrom }'));
    expect(error.code).toBe('MOCHI_UNKNOWN_PLUGIN');
    expect(error.message).toMatch(/mochi\.yaml:1:18[^]*found: "unifrom"[^]*mochi, uniform, random[^]*did you mean "uniform"/);
    expect((await fails(loadYaml('sampler: knn'))).message).toMatch(/"knn", which is of kind evaluator/);
    expect((await fails(loadYaml('data: x'))).message).toMatch(/no plugin of kind data is known/);
  });

  test.each([
    ['sampler: 5', 'sampler', '5'],
    ['bank: [fifo]', 'bank', 'a list'],
    ['bank: { capacity: 5 }', 'bank.name', '{"capacity":5}'],
    ['sampler: { name: mochi, warmup: soon }', 'sampler.warmup', '"soon"'],
    ['runtime: { threads: 0 }', 'runtime.threads', '0'],
    ['name: a/b', 'name', '"a/b"'],
    ['plugins: ./x.ts', 'plugins', '"./x.ts"'],
    ['plugins: [3]', 'plugins.0', '3'],
  ])('%s', async (text, path, found) => {
    const error = (await fails(loadYaml(text))) as ConfigError;
    expect(error.problems).toMatchObject([{ path: path.split('.').map((key) => (/^\d$/.test(key) ? Number(key) : key)), found }]);
  });

  test('a plain section that must be there says what it lacks', async () => {
    const error = (await fails(loadYaml('', { schemas: { train } }))) as ConfigError;
    expect(error.problems).toMatchObject([{ path: ['train', 'epochs'], found: 'nothing' }]);
  });
});

describe('extends', () => {
  const presets = {
    base: { seed: 7, sampler: { name: 'mochi', n: 16, head: { dim: 64 } }, evaluators: ['knn'], bank: 'fifo' },
    fast: { extends: 'base', train: { epochs: 2 } },
  };

  test('presets and files merge, deeply, the nearest last', async () => {
    const cwd = folderOf({
      'run.yaml': 'extends: [fast, ./configs/own.yaml]\nsampler: { s: 4, head: { hidden: 32 } }\n',
      'configs/own.yaml': 'extends: ./more.json\nseed: 9\n',
      'configs/more.json': '{ "train": { "batchSize": 8 } }',
    });
    expect((await load({ cwd, file: 'run.yaml', presets })).config).toMatchObject({
      seed: 9,
      train: { epochs: 2, batchSize: 8 },
      sampler: { name: 'mochi', n: 16, s: 4, head: { dim: 64, hidden: 32 } },
      evaluators: [{ name: 'knn' }],
    });
  });

  test('a section with another name replaces the one below, options and all; the same name keeps them', async () => {
    const sampler = async (text: string) => (await loadYaml(`extends: base\n${text}`, { presets })).config['sampler'];
    expect(await sampler('sampler: { name: random }')).toEqual({ name: 'random' });
    expect(await sampler('sampler: random')).toEqual({ name: 'random' });
    expect(await sampler('sampler: mochi')).toMatchObject({ n: 16 });
    expect(await sampler('sampler: [uniform]')).toEqual([{ name: 'uniform' }]);
    expect(await sampler('sampler: null')).toBeUndefined();
  });

  test('lists replace lists', async () => {
    expect((await loadYaml('extends: base\nevaluators: [linear]', { presets })).config['evaluators']).toEqual([
      { name: 'linear' },
    ]);
  });

  test('a problem that was inherited is told where it was written', async () => {
    const cwd = folderOf({ 'run.yaml': 'extends: ./base.yaml\nseed: 2\n', 'base.yaml': '\nsampler: { name: mochi, n: 0 }\n' });
    expect((await fails(load({ cwd, file: 'run.yaml' }))).message).toMatch(/base\.yaml:2:28 {2}sampler\.n/);
    const bad = { presets: { bad: { seed: 'x' } } };
    expect((await fails(loadYaml('extends: bad', bad))).message).toMatch(/preset bad {2}seed/);
  });

  test('unknown names, missing files and circles', async () => {
    expect((await fails(loadYaml('extends: fats', { presets }))).message).toMatch(
      /extends "fats"[^]*Did you mean "fast"[^]*base, fast[^]*MOCHI_UNKNOWN_PRESET/,
    );
    expect((await fails(loadYaml('extends: ./none.yaml'))).code).toBe('MOCHI_CONFIG_NOT_FOUND');
    const cwd = folderOf({ 'a.yaml': 'extends: ./b.yaml', 'b.yaml': 'extends: ./a.yaml' });
    expect(await fails(load({ cwd, file: 'a.yaml' }))).toMatchObject({
      code: 'MOCHI_CONFIG_CYCLE',
      happened: expect.stringContaining('a.yaml -> b.yaml -> a.yaml'),
    });
  });
});

describe('overrides', () => {
  const text = 'sampler: { name: mochi, n: 8, s: 2 }\nevaluators: [{ name: knn, k: 5 }, linear]\n';
  const overridden = async (...overrides: string[]) => (await loadYaml(text, { overrides })).config;

  test.each<[string[], object]>([
    [['sampler=uniform'], { sampler: { name: 'uniform' } }],
    [['sampler=mochi'], { sampler: { n: 8 } }],
    [['sampler=random', 'sampler.rows=3'], { sampler: { name: 'random', rows: 3 } }],
    [['sampler.n=512'], { sampler: { n: 512, s: 2 } }],
    [['sampler={name: mochi, s: 9}'], { sampler: { n: 1024, s: 9 } }],
    [['sampler=[uniform, mochi]'], { sampler: [{ name: 'uniform' }, { name: 'mochi', n: 1024 }] }],
    [['sampler.head.dim=3'], { sampler: { head: { dim: 3, hidden: 512 } } }],
    [['train.epochs=3'], { train: { epochs: 3 } }],
    [['evaluators.0.k=20'], { evaluators: [{ k: 20 }, { name: 'linear' }] }],
    [['evaluators.knn.k=20'], { evaluators: [{ k: 20 }, { name: 'linear' }] }],
    [['evaluators.2=knn'], { evaluators: [{ k: 5 }, { name: 'linear' }, { name: 'knn', k: 200 }] }],
    [['bank=fifo', 'bank.capacity=16'], { bank: { capacity: 16 } }],
    [['name="a b"', 'name=x'], { name: 'x' }],
    [['seed=3', 'seed=4'], { seed: 4 }],
  ])('%j', async (overrides, want) => expect(await overridden(...overrides)).toMatchObject(want));

  test.each([
    ['smapler=uniform', /override "smapler=uniform" {2}smapler[^]*did you mean "sampler"/],
    ['sampler.nn=3', /override "sampler.nn=3" {2}sampler\.nn[^]*did you mean "n"/],
    ['sampler=unifrom', /override "sampler=unifrom"[^]*did you mean "uniform"/],
    ['train.epocs=3', /train\.epocs[^]*did you mean "epochs"/],
    ['train.epochs=three', /override "train.epochs=three" {2}train\.epochs[^]*found: "three"/],
    ['sampler.n.m=3', /"sampler\.n" holds 8/],
    ['evaluators.9.k=3', /no item "9" in "evaluators", which has knn, linear/],
    ['evaluators.nkn.k=3', /no item "nkn"/],
    ['sampler', /PATH=VALUE/],
    ['=3', /PATH=VALUE/],
    ['sampler.=3', /PATH=VALUE/],
    ['sampler=[', /a YAML value/],
    ['extends=x', /extends in a config file/],
  ])('%s is refused', async (override, message) => expect((await fails(overridden(override))).message).toMatch(message));

  test('a section taken out', async () => expect(await overridden('evaluators=null')).not.toHaveProperty('evaluators'));
});

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
    const { config, entries, registry } = await load({ cwd, file: 'mochi.yaml' });
    expect(config).toMatchObject({ sampler: { name: 'acme', n: 42 }, plugins: ['./acme.ts'] });
    expect(entries).toMatchObject([{ id: 'sampler', name: 'acme', origin: { source: join(cwd, 'acme.ts') } }]);
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
    expect((await load({ cwd, file: 'ok.yaml' })).entries).toMatchObject([{ id: 'extension:x', options: { n: 5 } }]);
    expect((await fails(load({ cwd, file: 'bad.yaml' }))).message).toMatch(/bad\.yaml:2:5 {2}plugins\.0\.n\n +found: 0/);
    expect((await fails(load({ cwd, file: 'wrong.yaml' }))).message).toMatch(/options in the section of the sampler/);
    const extension = plugin('extension', 'ema-watch');
    expect((await load({ object: { plugins: ['ema-watch'] }, known: [extension] })).entries).toMatchObject([
      { id: 'extension:ema-watch' },
    ]);
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
    [
      'near miss',
      { 'x.ts': 'export const p = { name: "p", setup() {} };' },
      'MOCHI_PLUGIN_NOT_FOUND',
      /"p" lacks kind, apiVersion/,
    ],
    ['throws', { 'x.ts': 'throw new TypeError("at load");' }, 'MOCHI_PLUGIN_LOAD_FAILED', /threw while it was loaded: at load/],
    ['imports what is not there', { 'x.ts': "import './gone.js'; export {};" }, 'MOCHI_PLUGIN_LOAD_FAILED', /gone/],
    ['does not parse', { 'x.ts': 'export const = 3;' }, 'MOCHI_PLUGIN_LOAD_FAILED', /x\.ts/],
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
