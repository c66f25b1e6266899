import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { chartTable } from '@mochi/report';
import { pointsOf } from './grid.js';
import { jobsOf } from './jobs.js';
import { isWithin } from './known-runs.js';
import { pairedDifference } from './paired.js';
import { readCompareConfig } from './read-config.js';
import { compareReport, type RunReport } from './report.js';
import { studyPage } from './study-page.js';
import { differencesText, runsCsv, tableText, variantsCsv } from './table.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BASE = {
  seed: 5,
  data: { name: 'image-folder', root: '.' },
  augment: { name: 'moco-v2', size: 16 },
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: 'moco-v2',
  bank: { name: 'fifo', capacity: 32 },
  sampler: { name: 'mochi', n: 8, s: 8, sPrime: 4 },
  optimizer: { name: 'sgd', rate: 0.05 },
};

describe('the grid', () => {
  test('every combination; labels say what is varied, seeds make no variant', () => {
    const points = pointsOf({
      sampler: ['uniform', { name: 'mochi', n: 8 }, ['oracle', 'mochi'], { label: 'mine', value: { name: 'x' } }],
      'bank.capacity': [32, 64],
      seed: [1, 2],
    });
    expect(points).toHaveLength(16);
    expect([...new Set(points.map(({ variant }) => variant))].slice(0, 3)).toEqual([
      'uniform, bank.capacity=32',
      'uniform, bank.capacity=64',
      'mochi n=8, bank.capacity=32',
    ]);
    expect(points.map(({ variant }) => variant)).toContain('oracle + mochi, bank.capacity=32');
    expect(points.at(-1)).toEqual({
      variant: 'mine, bank.capacity=64',
      seed: 2,
      overrides: ['sampler={"name":"x"}', 'bank.capacity=64', 'seed=2'],
    });
  });

  test('seeds alone are one variant', () => expect(pointsOf({ seed: [1, 2] }).map(({ variant }) => variant)).toEqual(['base', 'base'])); // prettier-ignore
});

describe('the jobs', () => {
  const vary = { sampler: ['uniform', { name: 'random', m: 4 }, { name: 'mochi', n: 8 }], seed: [1, 2] };
  const options = { file: join(folder, 'compare.yaml'), out: folder, overrides: [] as string[] };
  const comparison = { name: 'c', run: BASE, vary, metrics: ['loss'] };

  test('resolved configs differ in the varied options and nowhere else', async () => {
    const jobs = await jobsOf(comparison, options);
    const rest = jobs.map(({ config }) => ({ ...config, sampler: null, seed: null }));
    for (const one of rest) expect(one).toEqual(rest[0]);
    expect(jobs.map(({ config }) => (config!['sampler'] as { name: string }).name)).toEqual(['uniform', 'uniform', 'random', 'random', 'mochi', 'mochi']); // prettier-ignore
    expect(jobs.map(({ seed }) => seed)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(jobs.at(-1)!.config!['sampler']).toMatchObject({ n: 8, s: 1024 }); // options of the base's own sampler are not mixed in
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(6);
    expect((await jobsOf(comparison, options)).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  });

  test('a config that is wrong is a failed run and stops no other', async () => {
    const wrong = { ...comparison, vary: { sampler: ['uniform', { name: 'mochi', m: 8 }, 'mochy'] } };
    const jobs = await jobsOf(wrong, options);
    expect(jobs.map(({ refused }) => refused?.code)).toEqual([undefined, 'MOCHI_CONFIG_INVALID', 'MOCHI_UNKNOWN_PLUGIN']);
  });

  test('two variants of one name are refused', () =>
    expect(jobsOf({ ...comparison, vary: { sampler: ['uniform', 'uniform'] } }, options)).rejects.toMatchObject({ code: 'MOCHI_COMPARE_CONFIG' })); // prettier-ignore

  test.each([
    { name: 'a misspelt key', text: 'base: x.yaml\nvari: {}', says: /vari/ },
    { name: 'neither base nor run', text: 'vary: { seed: [1] }', says: /either `base` or `run`/ },
    { name: 'no list', text: 'base: x.yaml\nvary: { sampler: uniform }', says: /vary\.sampler/ },
    { name: 'no YAML', text: 'base: [', says: /is no comparison/ },
  ])('a file with $name is refused', async ({ text, says }) => {
    writeFileSync(options.file, text);
    await expect(readCompareConfig(options.file)).rejects.toMatchObject({
      code: 'MOCHI_COMPARE_CONFIG',
      message: expect.stringMatching(says),
    });
  });
});

describe('paired differences', () => {
  const by = (...values: number[]): Map<string, number> => new Map(values.map((value, at) => [String(at), value]));

  test('mean, deviation and interval of the pairs; a shift that every seed shows is resolved, whatever seeds do to both', () => {
    // 3.18244630528: the 97.5 % quantile of Student's t with 3 degrees of freedom
    const found = pairedDifference(by(11, 22, 34, 41.5), by(10, 20, 30, 40))!;
    expect(found.pairs).toEqual([1, 2, 4, 1.5]);
    expect(found.mean).toBeCloseTo(2.125, 10);
    expect(found.deviation).toBeCloseTo(1.3149778, 6);
    expect(found.low).toBeCloseTo(2.125 - (3.18244630528 * 1.3149778) / 2, 5);
    expect(found.high).toBeCloseTo(2.125 + (3.18244630528 * 1.3149778) / 2, 5);
    expect(found.resolved).toBe(true);
    expect(found.seedsNeeded).toBe(4);
  });

  test('noise is not resolved, and how many seeds would do is said', () => {
    const found = pairedDifference(by(1, -1, 2), by(0, 0, 0))!;
    expect(found.resolved).toBe(false);
    expect(found.seedsNeeded).toBe(23); // t(22) = 2.0739 times 1.5275 / sqrt(23) = 0.6606 < 2/3; t(21) * 1.5275 / sqrt(22) = 0.6773
  });

  test('seeds that one side lacks do not count; one pair has no interval; none is no difference', () => {
    const one = pairedDifference(new Map([['7', 3], ['8', 4]]), new Map([['8', 1], ['9', 1]]))!; // prettier-ignore
    expect(one).toMatchObject({ mean: 3, pairs: [3], low: null, resolved: null, seedsNeeded: null });
    expect(pairedDifference(new Map([['1', 3]]), new Map([['2', 3]]))).toBeNull();
  });
});

test('a config is known by what it says, whatever came later', () => {
  expect(isWithin({ a: { b: 1 }, list: [{ x: 1 }] }, { a: { b: 1, late: 2 }, list: [{ x: 1, late: 3 }], late: 4 })).toBe(true);
  expect(isWithin({ a: { b: 1 } }, { a: { b: 2 } })).toBe(false);
  expect(isWithin({ list: [1, 2] }, { list: [1, 2, 3] })).toBe(false);
  expect(isWithin({ a: null }, { a: {} })).toBe(false);
});

describe('the report', () => {
  const run = (variant: string, seed: number, loss: number, cpuMs: number, changes: Partial<RunReport> = {}): RunReport => ({
    ...{ variant, seed, id: `${variant}${seed}`, runDir: folder, outcome: 'finished', failure: null },
    ...{ metrics: { loss, 'knn/top1': null }, cost: { stepMs: cpuMs / 2, cpuMs, steps: 9 }, initialSha256: `start ${seed}` },
    ...changes,
  });
  const failed: Partial<RunReport> = {
    ...{ outcome: 'failed', failure: { code: 'MOCHI_X', message: 'it broke' } },
    ...{ cost: null, initialSha256: null, metrics: { loss: null, 'knn/top1': null } },
  };
  const about = { loss: { unit: 'nats', better: 'lower' }, 'knn/top1': { unit: '%', better: 'higher' } } as const;
  const runs = [run('a', 1, 2, 10), run('a', 2, 4, 10), run('b, "c"', 1, 5, 15), run('b, "c"', 2, 0, 0, failed)];
  const report = compareReport('name', about, runs);

  test('means and deviations over seeds, cost against the first variant, failures by name', () => {
    expect(report.outcome).toBe('failed');
    expect(report.variants[0]).toMatchObject({ metrics: { loss: { mean: 3, deviation: Math.SQRT2 } }, costRatio: 1 });
    expect(report.variants[1]).toMatchObject({ finished: 1, runs: 2, costRatio: 1.5, failures: ['seed 2: MOCHI_X: it broke'] });
    expect(report.sameStart).toEqual({ 1: true, 2: null });
    expect(compareReport('n', { loss: about.loss }, [runs[0]!, run('b', 1, 1, 1, { initialSha256: 'other' })]).sameStart).toEqual(
      {
        1: false,
      },
    );
    const text = tableText(report).split('\n');
    expect(text[0]).toMatch(/^variant +loss +top1 +ms a step +CPU ms +to baseline +runs$/);
    expect(text[2]).toMatch(/^a +3 ± 1\.4 +- +5\.0 +10\.0 +1\.00 x +2$/);
    expect(text[3]).toMatch(/^b, "c" +5 +- .* 1\.50 x +1 of 2$/);
    expect(text[4]).toBe('b, "c", seed 2: MOCHI_X: it broke');
  });

  test('CSV quotes what has to be', () =>
    expect(runsCsv(report).split('\n').slice(2, 5)).toEqual([
      'a,2,finished,4,,5,10,a2,',
      '"b, ""c""",1,finished,5,,7.5,15,"b, ""c""1",',
      '"b, ""c""",2,failed,,,,,"b, ""c""2",MOCHI_X',
    ]));

  test('differences are said by metric, with what the seeds make of them', () => {
    const three = ['a', 'b'].flatMap((variant) => [1, 2, 3].map((seed) => run(variant, seed, seed + (variant === 'b' ? 1 + seed / 100 : 0), 1)));
    const of = compareReport('n', { loss: about.loss }, three);
    expect(of.variants[0]!.differences['loss']).toBeNull();
    expect(differencesText(of)).toMatch(/Differences to a, paired by seed \(3 at most\)[^]*\nb +\+1\.02 \(0\.995 to 1\.04\) worse$/);
    expect(variantsCsv(of).split('\n')[2]).toMatch(/^b,loss,nats,lower,3,3\.0.*,a,3,1\.02.*,worse,2$/);
    expect(differencesText(compareReport('n', about, runs.slice(0, 2)))).toBe('');
    expect(differencesText(compareReport('n', about, three, 'b'))).toMatch(/\na +-1\.02 \(-1\.04 to -0\.995\) better/);
  }); // prettier-ignore

  test('the page: bands over seeds, profiles, differences with intervals, every run', () => {
    const readings = [1, 2, 3].map((step) => ({ step, value: 1 / step }));
    const profile = [1, 2, 4].map((rank) => [`matchingProbability${rank}`, [{ step: 3, value: 1 / rank }]] as const);
    const curves = new Map<string, readonly { step: number; value: number }[]>([['loss', readings], ...profile]);
    const told = {
      curves,
      results: {},
      stepsPerEpoch: null,
      failures: [{ evaluator: 'knn', step: 3, message: 'it threw' }],
    } as never;
    const page = studyPage(report, runs.map(() => told), new Date(0)); // prettier-ignore
    expect(page.groups).toEqual(['a', 'b, "c"']);
    expect(page.notes.map(({ text }) => text)).toEqual(expect.arrayContaining(['b, "c", seed 2: MOCHI_X: it broke', 'a, seed 1: the evaluator knn failed: it threw'])); // prettier-ignore
    const charts = page.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : [])),
    );
    expect(charts.map(({ id }) => id)).toEqual(['difference-loss', 'curve-loss', 'profile-1', 'profile-2']);
    const loss = chartTable(charts[1]!, page.groups);
    expect(loss.rows).toHaveLength(2 * 3);
    expect(loss.columns).toEqual(['run', 'step', 'nats', 'low: one standard deviation over seeds', 'high: one standard deviation over seeds']); // prettier-ignore
  });
});
