import { describe, expect, test } from 'vitest';
import { fails, folderOf, load, loadYaml, train } from '../../test/fixture.js';
import { meantKey } from './foreign-keys.js';
import { ConfigError } from './problems.js';

test('an empty config gets every default', async () => {
  for (const loaded of [await loadYaml(''), await load({ object: {} })]) {
    expect(loaded.config).toEqual({
      seed: 1,
      name: 'run',
      runtime: {
        compile: true,
        eager: false,
        pluginSeconds: 1800,
        slowSeconds: 600,
        precision: 'float32',
        device: 'auto',
        threads: 'auto',
      },
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

test('what wrote each value of the resolved config; defaults are not there', async () => {
  const text = 'sampler: [uniform, { name: mochi, warmup: 2ep }]\nbank: fifo\nevaluators: []\ntrain: { epochs: 2 }\n';
  const { sources } = await loadYaml(text, { overrides: ['train.batchSize=8'] });
  expect(sources).toEqual({
    'sampler.0.name': 'mochi.yaml:1:11',
    'sampler.1.name': 'mochi.yaml:1:28',
    'sampler.1.warmup.epochs': 'mochi.yaml:1:43',
    'bank.name': 'mochi.yaml:2:7',
    'train.epochs': 'mochi.yaml:4:18',
    'train.batchSize': 'override "train.batchSize=8"',
  });
});

test('a sampler may be a chain; a resolved config reads back as itself', async () => {
  const { config, entries } = await loadYaml('sampler: [uniform, { name: mochi, n: 4 }]');
  expect(entries.map(({ id }) => id)).toEqual(['sampler', 'sampler.1']);
  expect((await load({ object: config })).config).toEqual(config);
});

test('defaults of a program are for sections that nothing else has, not even as null or as an empty list', async () => {
  const defaults = { trackers: ['progress'] };
  const of = async (object: object, more: object = {}) => (await load({ object, defaults, ...more })).config['trackers'];
  expect(await of({ sampler: 'uniform' })).toMatchObject([{ name: 'progress' }]);
  expect(await of({ trackers: [] })).toBeUndefined();
  expect(await of({ trackers: null })).toBeUndefined();
  expect(await of({}, { overrides: ['trackers=[]'] })).toBeUndefined();
  expect((await load({ object: {} })).config['trackers']).toBeUndefined();
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
    const here = folderOf({ 'mochi.yaml': '' });
    expect((await fails(load({ cwd: here, file: 'mochi.yml' }))).fix).toMatch(/^There is mochi\.yaml beside it\. /);
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
      ['1:1 data', 'no such section', 'a section "data"', undefined],
      ['1:7 seed', '-1', 'a number of at least 0', undefined],
      ['2:1 samplr', 'the key "samplr"', expect.stringMatching(/^one of seed, name, runtime, train/), 'sampler'],
      ['5:3 sampler.nn', 'the key "nn"', 'one of n, s, mode, warmup, head, the options of mochi', 'n'],
      ['6:6 sampler.s', '"many"', 'a number', undefined],
      ['7:9 sampler.mode', '"unifrom"', 'one of uniform, ranked', 'uniform'],
      ['8:11 sampler.head.dims', 'the key "dims"', 'one of hidden, dim', 'dim'],
      ['9:7 bank', '"fifi"', 'a plugin of kind bank: one of fifo', 'fifo'],
      ['10:13 evaluators', '"knn"', 'a list, e.g. [knn]', undefined],
      ['11:12 trackers.0.name', '{"path":"x"}', 'a name; one of progress', undefined],
      ['12:18 train.epochs', '0', 'a number above 0', undefined],
    ]);
    expect(error.message).toMatch(/11 problems/);
    expect(error.message).toMatch(
      /mochi\.yaml:5:3 {2}sampler\.nn\n +found: the key "nn"\n +expected: one of n, s.*\n +did you mean "n"\?/,
    );
  });

  test("another library's keys: what they are here", async () => {
    const { problems } = (await fails(loadYaml('backbone: { name: x }\nmax_epochs: 5'))) as ConfigError;
    const told = problems.map(({ found, suggestion }) => `${found}: ${suggestion}`);
    expect(told).toEqual([expect.stringMatching(/"backbone".*coming-from\.md.*: encoder$/), expect.stringMatching(/"max_epochs".*: train$/)]); // prettier-ignore
    expect(meantKey('lr', ['momentum', 'rate'])).toBe('rate');
  });

  test('an option of another plugin: which plugin it is', async () => {
    const { problems } = (await fails(loadYaml('sampler: { name: uniform, n: 5 }'))) as ConfigError;
    expect(problems).toMatchObject([{ expected: expect.stringContaining('the options of uniform') }]);
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
    ['optimizer: [sgd]', 'optimizer', 'a list'],
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
