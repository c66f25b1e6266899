import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fails, folderOf, load, loadYaml } from '../../test/fixture.js';
import { toNode, toValue, type MapNode } from './node.js';
import { applyOverrides } from './overrides.js';

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

  test('null takes an option out, as does an override; where null is a value, it is that', async () => {
    const schemas = {
      train: z
        .strictObject({ steps: z.int().optional(), epochs: z.int().optional(), best: z.string().nullable().default('x') })
        .prefault({}),
    };
    const base = {
      train: { steps: 6, best: 'y' },
      sampler: { name: 'mochi', n: 8, head: { dim: 3 } },
      evaluators: [{ name: 'knn', k: 5 }],
    };
    const of = (text: string, ...overrides: string[]) =>
      loadYaml(`extends: base\n${text}`, { presets: { base }, schemas, overrides });
    const { config, written } = await of(
      'train: { steps: null, epochs: 3, best: null }\nsampler: { n: null, head: { dim: null } }',
    );
    expect(config['train']).toEqual({ epochs: 3, best: null });
    expect(config['sampler']).toMatchObject({ n: 1024, head: { dim: 128 } });
    expect(written['train']).toEqual({ epochs: 3, best: null });
    const over = await of('', 'train.steps=null', 'train.best=null', 'evaluators.knn.k=null');
    expect(over.config).toMatchObject({ train: { best: null }, evaluators: [{ name: 'knn', k: 200 }] });
    expect(over.config['train']).not.toHaveProperty('steps');
    expect((await fails(loadYaml('train: { steps: null }', { schemas }))).message).toMatch(/train\.steps[^]*found: null/); // nothing below
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
    [['trackers.0=progress'], { trackers: [{ name: 'progress' }] }],
    [['evaluators=null', 'evaluators.0.name=knn', 'evaluators.0.k=3'], { evaluators: [{ name: 'knn', k: 3 }] }],
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
    ['evaluators.2.k=3', /no item "2" in "evaluators"[^]*an item first: evaluators\.2=NAME/],
    ['exporters.0.outputs=[backbone]', /no item "0" in "exporters"[^]*an item first: exporters\.0=NAME/],
    ['trackers.progress.path=x', /no item "progress" in "trackers", which has none/],
    ['sampler', /PATH=VALUE/],
    ['=3', /PATH=VALUE/],
    ['sampler.=3', /PATH=VALUE/],
    ['sampler=[', /a YAML value/],
    ['extends=x', /extends in a config file/],
  ])('%s is refused', async (override, message) => expect((await fails(overridden(override))).message).toMatch(message));

  const applied = (override: string, items: string) => {
    const place = { source: 'a.yaml' };
    const { config, problems } = applyOverrides(toNode({ evaluators: JSON.parse(items) as object[] }, place) as MapNode, [
      override,
    ]);
    return problems[0] ?? (toValue(config) as { evaluators: object[] }).evaluators;
  };
  const two = '[{"name":"knn"},{"name":"knn","as":"nn-head"}]';

  test('an item of a list is found by its as, else by its name', () => {
    expect(applied('evaluators.nn-head.every=1', two)).toEqual([{ name: 'knn' }, { name: 'knn', as: 'nn-head', every: 1 }]);
    expect(applied('evaluators.knn.every=1', two)).toEqual([
      { name: 'knn', every: 1 },
      { name: 'knn', as: 'nn-head' },
    ]);
    expect(applied('evaluators.knn.every=1', '["linear",{"name":"knn","as":"a"}]')).toEqual([
      ...[{ name: 'linear' }, { name: 'knn', as: 'a', every: 1 }],
    ]);
  });

  test('a name that several items have is refused, with the way to each', () => {
    expect(applied('evaluators.knn.every=1', '["knn","knn"]')).toMatchObject({
      found: '"evaluators" has 2 items "knn"',
      expected: 'one of them: evaluators.0, evaluators.1',
    });
    expect(applied('evaluators.knn.every=1', '[{"name":"knn","as":"a"},{"name":"knn","as":"b"}]')).toMatchObject({
      expected: 'one of them: evaluators.0 (or evaluators.a), evaluators.1 (or evaluators.b)',
    });
    expect(applied('evaluators.c.every=1', '[{"name":"knn","as":"a"}]')).toMatchObject({
      found: 'no item "c" in "evaluators", which has a',
    });
  });

  test('a section taken out', async () => expect(await overridden('evaluators=null')).not.toHaveProperty('evaluators'));
});
