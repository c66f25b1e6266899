import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { chartTable } from '@mochi/report';
import { BASE } from '../../test/compare-base.js';
import { answers } from './answers.js';
import { unmeasurable } from './check-jobs.js';
import { pointsOf } from './grid.js';
import { jobsOf } from './jobs.js';
import { unmeasured } from './measured.js';
import { pairedDifference } from './paired.js';
import { readCompareConfig } from './read-config.js';
import { aboutMetrics, compareReport, runReport, type RunReport } from './report.js';
import { studyPage } from './study-page.js';
import { differencesText, runsCsv, tableText, variantsCsv } from './table.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  test('every config that is wrong is told of at once', async () => {
    const wrong = { ...comparison, vary: { sampler: ['uniform', { name: 'mochi', m: 8 }, 'mochy'], seed: [1, 2] } };
    await expect(jobsOf(wrong, options)).rejects.toMatchObject({
      code: 'MOCHI_COMPARE_CONFIG',
      happened: expect.stringMatching(/\n {2}mochi m=8: MOCHI_CONFIG_INVALID[^]*\n {2}mochy: MOCHI_UNKNOWN_PLUGIN/),
    });
  });

  test('a metric that no evaluator will measure is told of, unless one may measure anything', () => {
    const knn = { evaluators: [{ name: 'knn', metrics: ['top1'] }] };
    expect(unmeasurable(['knn/top1', 'loss', 'linear/top1', 'knn/topp1'], [knn]).map(({ message }) => message)).toEqual([
      'No run will measure "linear/top1". Evaluators measure: knn/top1.',
      'No run will measure "knn/topp1". Did you mean knn/top1? Evaluators measure: knn/top1.',
    ]);
    expect(unmeasurable(['mine/x'], [{ evaluators: [{ name: 'mine', metrics: [] }] }])).toEqual([]);
  });

  test('two variants of one name are refused', () =>
    expect(jobsOf({ ...comparison, vary: { sampler: ['uniform', 'uniform'] } }, options)).rejects.toMatchObject({ code: 'MOCHI_COMPARE_CONFIG' })); // prettier-ignore

  test.each([
    { name: 'a misspelt key', text: 'base: x.yaml\nvari: {}', says: /no key `vari`; did you mean `vary`\?/ },
    {
      name: 'seeds beside vary',
      text: 'base: x.yaml\nseeds: [1]\nvary: { sampler: [uniform] }',
      says: /no key `seeds`; did you mean `vary.seed`\?$/m,
    },
    { name: 'seeds that vary', text: 'base: x.yaml\nvary: { seeds: [1, 2] }', says: /no option `seeds`; did you mean `seed`\?/ },
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
    expect(found).toMatchObject({
      resolved: false,
      reason: 'the interval holds 0; ~23 seeds would do if the difference is as large as it seems',
    });
    expect(found.seedsNeeded).toBe(23); // t(22) = 2.0739 times 1.5275 / sqrt(23) = 0.6606 < 2/3; t(21) * 1.5275 / sqrt(22) = 0.6773
  });

  test.each([
    { name: 'two pairs', of: pairedDifference(by(9, 9.1), by(1, 1)), reason: '2 pairs, 3 needed' },
    { name: 'pairs that differ by the same', of: pairedDifference(by(0.3, 1.3, 2.3), by(0.1, 1.1, 2.1)), reason: 'no spread among the pairs' },
    { name: 'pairs that are equal', of: pairedDifference(by(1, 2, 3), by(1, 2, 3)), reason: 'no spread among the pairs' },
    { name: 'less than an image', of: pairedDifference(by(0.3, 0.31, 0.32), by(0, 0, 0), 0.5), reason: 'less than one test image (0.5)' },
  ])('$name resolve nothing, whatever the interval would be', ({ of, reason }) => {
    expect(of).toMatchObject({ resolved: false, reason });
    expect(of!.low === null).toBe(!reason.startsWith('less'));
    expect(pairedDifference(by(0.3, 0.31, 0.32), by(0, 0, 0), 0.2)).toMatchObject({ resolved: true, reason: null });
  }); // prettier-ignore

  test('seeds that one side lacks do not count; one pair has no interval; none is no difference', () => {
    const one = pairedDifference(new Map([['7', 3], ['8', 4]]), new Map([['8', 1], ['9', 1]]))!; // prettier-ignore
    expect(one).toMatchObject({ mean: 3, pairs: [3], low: null, resolved: false, reason: '1 pair, 3 needed', seedsNeeded: null });
    expect(pairedDifference(new Map([['1', 3]]), new Map([['2', 3]]))).toBeNull();
  });
});

describe('the report', () => {
  const run = (variant: string, seed: number, loss: number, cpuMs: number, changes: Partial<RunReport> = {}): RunReport => ({
    ...{ variant, seed, id: `${variant}${seed}`, runDir: folder, outcome: 'finished', failure: null, evaluatorFailures: [] },
    ...{
      metrics: { loss, 'knn/top1': null },
      cost: { stepMs: cpuMs / 2, cpuMs, steps: 9 },
      steps: 9,
      epochs: 1.5,
      initialSha256: `start ${seed}`,
    },
    ...changes,
  });
  const failed: Partial<RunReport> = {
    ...{ outcome: 'failed', failure: { code: 'MOCHI_X', message: 'it broke', frames: ['sample (/a/band.ts:1:2)'] } },
    ...{ cost: null, initialSha256: null, metrics: { loss: null, 'knn/top1': null } },
  };
  const about = {
    loss: { unit: 'nats', better: 'lower', resolution: null },
    'knn/top1': { unit: '%', better: 'higher', resolution: 0.5 },
  } as const;
  const runs = [run('a', 1, 2, 10), run('a', 2, 4, 10), run('b, "c"', 1, 5, 15), run('b, "c"', 2, 0, 0, failed)];
  const report = compareReport('name', about, runs);

  test('means and deviations over seeds, cost against the first variant, failures by name', () => {
    expect(report.outcome).toBe('failed');
    expect(report.variants[0]).toMatchObject({ metrics: { loss: { mean: 3, deviation: Math.SQRT2 } }, costRatio: 1 });
    expect(report.variants[1]).toMatchObject({
      finished: 1,
      runs: 2,
      costRatio: 1.5,
      failures: ['seed 2: MOCHI_X: it broke, at sample (/a/band.ts:1:2)'],
    });
    expect(report.sameStart).toEqual({ 1: true, 2: null });
    expect(compareReport('n', { loss: about.loss }, [runs[0]!, run('b', 1, 1, 1, { initialSha256: 'other' })]).sameStart).toEqual(
      {
        1: false,
      },
    );
    const text = tableText(report).split('\n');
    expect(text[0]).toMatch(/^variant +loss \(nats\) +knn\/top1 \(%\) +step \(ms\) +CPU \(ms\) +CPU \(x baseline\) +runs$/);
    expect(text[2]).toMatch(/^a +3 ± 1\.4 +- +5\.0 +10\.0 +1\.00 +2$/);
    expect(text[3]).toMatch(/^b, "c" +5 +- .* 1\.50 +1 of 2$/);
    expect(text[4]).toBe('b, "c", seed 2: MOCHI_X: it broke, at sample (/a/band.ts:1:2)');
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
    expect(differencesText(of)).toMatch(/Differences to a, paired by seed \(3 at most\)[^]*\nloss \(nats\) +b +\+1\.02 \(0\.995 to 1\.04\) +worse$/);
    expect(variantsCsv(of).split('\n')[2]).toMatch(/^b,loss,nats,lower,3,3\.0.*,a,3,1\.02.*,worse,,3$/);
    expect(differencesText(compareReport('n', about, runs.slice(0, 2)))).toBe('');
    expect(differencesText(compareReport('n', about, three, 'b'))).toMatch(/\nloss \(nats\) +a +-1\.02 \(-1\.04 to -0\.995\) +better/);
  }); // prettier-ignore

  const accuracies = (variant: string, values: readonly number[]): RunReport[] =>
    values.map((top1, at) => run(variant, at + 1, 1, 1, { metrics: { loss: 1, 'knn/top1': top1 } }));
  const held = (values: readonly number[]) =>
    compareReport('n', about, [...accuracies('a', [50, 60, 70]), ...accuracies('b', values)]);

  test.each([
    { name: 'better', values: [51, 61.5, 72], says: 'b is better than a by 1.5 points of knn/top1 (0.258 to 2.74; 3 pairs).' },
    { name: 'worse', values: [49, 58.5, 68], says: 'b is worse than a by 1.5 points of knn/top1 (0.258 to 2.74; 3 pairs).' },
    { name: 'open', values: [51, 59, 72], says: 'No difference between b and a was resolved; 3 pairs, +0.667 (-3.13 to 4.46) points of knn/top1: the interval holds 0; ~23 seeds would do if the difference is as large as it seems.' },
    { name: 'too few', values: [51, 61], says: 'No difference between b and a was resolved; 2 pairs, +1 points of knn/top1: 2 pairs, 3 needed.' },
  ])('the answer is a sentence: $name', ({ values, says }) => {
    expect(answers(held(values))).toEqual([says, 'Each run had 9 steps (1.5 epochs).']);
    const page = studyPage(held(values), [], new Date(0));
    expect(page.notes[0]).toEqual({ level: 'info', text: says });
    expect(differencesText(held(values))).toMatch(/^knn\/top1 \(points\) +b +\S/m);
    if (values.length === 2) expect(differencesText(held(values))).toMatch(/not resolved: 2 pairs, 3 needed/);
  }); // prettier-ignore

  test('what one test image makes is known from the results', () => {
    const told = { results: { 'knn/top1': { value: 1, unit: '%', better: 'higher' as const, n: 200 }, 'clustering/nmi': { value: 1, unit: 'share', n: 200 } } }; // prettier-ignore
    expect(aboutMetrics(['knn/top1', 'clustering/nmi', 'loss'], [told])).toMatchObject({
      ...{ 'knn/top1': { resolution: 0.5 }, 'clustering/nmi': { resolution: null }, loss: { resolution: null } },
    });
  });

  test('evaluators that failed are named below the table, in their cells and on the page', () => {
    const failures = [{ evaluator: 'knn', step: 3, message: 'early' }, { evaluator: 'knn', step: 6, message: 'MOCHI_X: no labels' }]; // prettier-ignore
    const job = { variant: 'a', seed: 1, id: 'x', runDir: folder, config: {} };
    const one = runReport(job, undefined, { curves: new Map(), results: {}, failures, stepsPerEpoch: null }, ['knn/top1']);
    expect(one.evaluatorFailures).toEqual([{ evaluator: 'knn', message: 'MOCHI_X: no labels' }]);
    const { evaluatorFailures } = one;
    const of = compareReport('n', about, [run('a', 1, 2, 1), run('b', 1, 2, 1, { evaluatorFailures })]);
    expect(of.outcome).toBe('finished');
    expect(tableText(of)).toMatch(/\nb +2 +failed [^]*\nb, seed 1: the evaluator knn failed: MOCHI_X: no labels$/);
    expect(studyPage(of, [], new Date(0)).notes).toContainEqual({ level: 'error', text: 'b, seed 1: the evaluator knn failed: MOCHI_X: no labels' }); // prettier-ignore
  });

  test('a metric that no run measured is named, with what was probably meant; one whose evaluator failed is not', () => {
    const told = { curves: new Map([['loss', []], ['knn/top1', []], ['matchingProbability1', []]]), failures: [{ evaluator: 'linear', step: 1, message: '' }], outcome: 'finished' as const }; // prettier-ignore
    expect(unmeasured(['loss', 'knn/topp1', 'linear/top1'], [told, null])).toEqual([
      'No run measured the metric "knn/topp1". Did you mean knn/top1? Measured: knn/top1, loss.',
    ]);
    expect(unmeasured(['knn/topp1'], [null, { ...told, outcome: 'stopped' }])).toEqual([]);
  });

  test('the page: bands over seeds, profiles, differences with intervals, every run', () => {
    const readings = [1, 2, 3].map((step) => ({ step, value: 1 / step }));
    const profile = [1, 2, 4].map((rank) => [`matchingProbability${rank}`, [{ step: 3, value: 1 / rank }]] as const);
    const curves = new Map<string, readonly { step: number; value: number }[]>([['loss', readings], ...profile]);
    const told = {
      curves,
      results: {},
      stepsPerEpoch: null,
      failures: [],
    } as never;
    const page = studyPage(report, runs.map(() => told), new Date(0)); // prettier-ignore
    expect(page.groups).toEqual(['a', 'b, "c"']);
    expect(page.notes.map(({ text }) => text)).toEqual(expect.arrayContaining(['b, "c", seed 2: MOCHI_X: it broke, at sample (/a/band.ts:1:2)'])); // prettier-ignore
    const charts = page.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : [])),
    );
    expect(charts.map(({ id }) => id)).toEqual(['difference-loss', 'curve-loss', 'profile-1', 'profile-2']);
    const loss = chartTable(charts[1]!, page.groups);
    expect(loss.rows).toHaveLength(2 * 3);
    expect(loss.columns).toEqual(['run', 'step', 'nats', 'low: one standard deviation over seeds', 'high: one standard deviation over seeds']); // prettier-ignore
  });
});
