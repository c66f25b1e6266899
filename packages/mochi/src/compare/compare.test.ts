import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { curvesOf, finalValue } from './curves.js';
import { pointsOf } from './grid.js';
import { jobsOf } from './jobs.js';
import { comparePage } from './plots.js';
import { readCompareConfig } from './read-config.js';
import { compareReport, type RunReport } from './report.js';
import { runsCsv, tableText } from './table.js';

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

describe('the curves of a run', () => {
  const step = (step: number, lossNats?: number, metrics = {}) => ({ type: 'step-end', step, lossNats, metrics }) as never;
  const start = (resumedFrom: number | null) => ({ type: 'run-start', resumedFrom }) as never;
  const lines = [start(null), step(1, 9), step(2), step(3, 7, { spread: 0.5 }), step(4, 1), start(3), step(4, 5), step(5, 3)];

  test('what a killed run wrote after its last checkpoint does not count', () =>
    expect(curvesOf(lines).get('loss')).toEqual([
      { step: 1, value: 9 },
      { step: 3, value: 7 },
      { step: 4, value: 5 },
      { step: 5, value: 3 },
    ]));

  test('the end is the mean over the last fifth of the steps; of an evaluator the last value', () => {
    const curves = curvesOf([...lines, { type: 'evaluation-end', evaluator: 'knn', step: 5, metrics: { top1: { value: 40 } } } as never]);
    expect(finalValue(curves, 'loss')).toBe(3);
    expect(finalValue(curves, 'spread')).toBe(0.5);
    expect(finalValue(curves, 'knn/top1')).toBe(40);
    expect(finalValue(curves, 'nowhere')).toBeNull();
  }); // prettier-ignore
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
  const runs = [run('a', 1, 2, 10), run('a', 2, 4, 10), run('b, "c"', 1, 5, 15), run('b, "c"', 2, 0, 0, failed)];
  const report = compareReport('name', ['loss', 'knn/top1'], runs);

  test('means and deviations over seeds, cost against the first variant, failures by name', () => {
    expect(report.outcome).toBe('failed');
    expect(report.variants[0]).toMatchObject({ metrics: { loss: { mean: 3, deviation: Math.SQRT2 } }, costRatio: 1 });
    expect(report.variants[1]).toMatchObject({ finished: 1, runs: 2, costRatio: 1.5, failures: ['seed 2: MOCHI_X: it broke'] });
    expect(report.sameStart).toEqual({ 1: true, 2: null });
    expect(compareReport('n', ['loss'], [runs[0]!, run('b', 1, 1, 1, { initialSha256: 'other' })]).sameStart).toEqual({
      1: false,
    });
    const text = tableText(report).split('\n');
    expect(text[0]).toMatch(/^variant +loss +top1 +ms a step +CPU ms +to first +runs$/);
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

  test('the page draws a line for each run, and needs no other file', () => {
    const readings = [1, 2, 3].map((step) => ({ step, value: 1 / step }));
    const profile = [1, 2, 4].map((rank) => [`matchingProbability${rank}`, [{ step: 3, value: 1 / rank }]] as const);
    const curves = new Map<string, readonly { step: number; value: number }[]>([['loss', readings], ...profile]);
    const page = comparePage(report, runs.map((one) => ({ ...one, curves }))); // prettier-ignore
    expect(page.match(/<svg/g)).toHaveLength(2); // the loss and the profile; kNN has no curve
    expect(page.match(/<path[^>]* d="M[^"]*L/g)!.length).toBeGreaterThanOrEqual(2 * 4);
    expect(page).toContain('b, &quot;c&quot;');
    expect(page).not.toMatch(/\b(?:src|href)=|@import|NaN/);
  });
});
