import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { renderPage } from '../page/html.js';
import { reportPage } from '../report-page.js';
import { curvesOf, finalValue, type EventLine } from './events.js';
import { nameRuns, readRun, runFoldersIn } from './read-run.js';

const root = mkdtempSync(join(tmpdir(), 'mochi-report-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A run folder with these files: objects become JSON, lists a JSON object a line. */
function folder(name: string, files: Readonly<Record<string, unknown>>): string {
  for (const [file, content] of Object.entries(files)) {
    const path = join(root, name, file);
    mkdirSync(dirname(path), { recursive: true });
    const text = Array.isArray(content) ? content.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') : JSON.stringify(content); // prettier-ignore
    writeFileSync(path, text);
  }
  return join(root, name);
}

const step = (at: number, lossNats?: number, more = {}): EventLine => ({ type: 'step-end', step: at, ...(lossNats === undefined ? {} : { lossNats }), ...more }); // prettier-ignore
const start = (resumedFrom: number | null): EventLine => ({ type: 'run-start', resumedFrom });

describe('the curves of a run', () => {
  const lines = [start(null), step(1, 9), step(2), step(3, 7, { metrics: { spread: 0.5 } }), step(4, 1), start(3), step(4, 5), step(5, 3)]; // prettier-ignore

  test('what a killed run wrote after its last checkpoint does not count', () =>
    expect(curvesOf(lines).get('loss')).toEqual([
      { step: 1, value: 9 },
      { step: 3, value: 7 },
      { step: 4, value: 5 },
      { step: 5, value: 3 },
    ]));

  test('the end is the mean over the last fifth of the steps; of an evaluator the last value', () => {
    const curves = curvesOf([...lines, { type: 'evaluation-end', evaluator: 'knn', step: 5, metrics: { top1: { value: 40 } } }]);
    expect(finalValue(curves, 'loss')).toBe(3);
    expect(finalValue(curves, 'spread')).toBe(0.5);
    expect(finalValue(curves, 'knn/top1')).toBe(40);
    expect(finalValue(curves, 'nowhere')).toBeNull();
  });

  test('what is not finite is left out, and of two values at a step the later stands', () =>
    expect(curvesOf([step(1, 'NaN' as never), step(2, 4), step(2, 5)]).get('loss')).toEqual([{ step: 2, value: 5 }]));
});

describe('a folder that is not as it should be still makes a report', () => {
  const html = async (path: string): Promise<string> => {
    const runs = nameRuns([(await readRun(path))!]);
    return renderPage(reportPage(runs, [{ name: runs[0]!.name, images: null, problem: 'the encoder could not be opened. MOCHI_CHECKPOINT_MISMATCH' }], { date: new Date(0) })); // prettier-ignore
  };

  test('of an older version: fewer files, fewer fields', async () => {
    const path = folder('old', {
      'events.jsonl': [{ type: 'run-start' }, { type: 'step-end', step: 1, stepMs: 20, lossNats: 3 }, step(2, 2, { stepMs: 10 }), { type: 'evaluation-end', evaluator: 'knn', step: 2, metrics: { top1: { value: 31.5 }, broken: 7 } }], // prettier-ignore
      'summary.json': { outcome: 'finished' },
    });
    const run = (await readRun(path))!;
    expect(run).toMatchObject({ outcome: 'finished', config: null, environment: null, stepsPerEpoch: null, step: 2 });
    expect(run.problems).toEqual(['config.json is missing: the configuration is not shown.', 'environment.json is missing: the environment is not shown.']); // prettier-ignore
    expect(run.results).toEqual({ 'knn/top1': { value: 31.5, unit: '' } });
    expect(run.costs.parts['step']).toBeCloseTo(0.03);
    const page = await html(path);
    expect(page).toContain('config.json is missing');
    expect(page).toContain('MOCHI_CHECKPOINT_MISMATCH');
    expect(page).toContain('31.5');
  });

  test('that failed, with the reason', async () => {
    const path = folder('failed', { 'config.json': { name: 'broke' }, 'events.jsonl': [start(null), step(1, 2), { type: 'run-end', outcome: 'failed', step: 1, reason: 'MOCHI_NOT_FINITE: the loss' }, '{"type":"step-e'] }); // prettier-ignore
    const run = (await readRun(path))!;
    expect(run).toMatchObject({ outcome: 'failed', reason: 'MOCHI_NOT_FINITE: the loss' });
    expect(run.problems).toContain('1 line of events.jsonl could not be read and is left out.');
    expect(await html(path)).toContain('the run failed at step 1: MOCHI_NOT_FINITE: the loss');
  });

  test('with an evaluator that threw: its cell says so', async () => {
    const path = folder('threw', {
      'config.json': {},
      'summary.json': {
        outcome: 'finished',
        results: { 'knn/top1': { value: 5, unit: '%', better: 'higher', low: 4, high: 6 } },
      },
      'events.jsonl': [{ type: 'evaluation-failed', evaluator: 'linear', step: 9, code: 'MOCHI_LABELS_NEEDED', message: 'no labels', seconds: 2 }], // prettier-ignore
    });
    const page = await html(path);
    expect(page).toContain('the evaluator linear failed at step 9: MOCHI_LABELS_NEEDED: no labels');
    expect(page).toContain('5 (4 to 6)');
    expect((await readRun(path))!.costs.parts['evaluators']).toBe(2);
  });

  test('measured again afterwards: what mochi eval noted counts, at its step', async () => {
    const knn = (at: number, value: number) => ({ type: 'evaluation-end', evaluator: 'knn', step: at, metrics: { top1: { value, unit: '%' } } }); // prettier-ignore
    const path = folder('again', { 'events.jsonl': [start(null), step(9, 1), knn(9, 40)], 'evaluations.jsonl': [knn(5, 30), { ...knn(9, 2), evaluator: 'linear' }] }); // prettier-ignore
    const run = (await readRun(path))!;
    expect(run.curves.get('knn/top1')).toEqual([{ step: 5, value: 30 }, { step: 9, value: 40 }]); // prettier-ignore
    expect(run.results).toMatchObject({ 'knn/top1': { value: 40 }, 'linear/top1': { value: 2 } });
  });

  test('the start stands beside the end, with N, units and words; what is of the negatives is folded', async () => {
    const at = (stepAt: number, evaluator: string, metrics: object, settings: object) => ({ type: 'evaluation-end', step: stepAt, evaluator, metrics, settings }); // prettier-ignore
    const knn = (stepAt: number, value: number) => at(stepAt, 'knn', { top1: { value, low: value - 3, high: value + 3, unit: '%', better: 'higher' } }, { k: 20, centre: null }); // prettier-ignore
    const draws = (stepAt: number) => [
      at(stepAt, 'false-negatives', { falseNegativesAtN: { value: 0.1, unit: 'share', better: 'lower' } }, { n: 128 }),
      at(stepAt, 'hardness-profile', { matchingProbability1: { value: 0.2, unit: 'probability', better: null } }, {}),
    ];
    const path = folder('started', { 'config.json': {}, 'events.jsonl': [start(null), knn(0, 14.25), ...draws(0), step(1, 2, { rate: 0.1 }), step(2, 1, { rate: 0.1 }), knn(2, 12.75), ...draws(2)] }); // prettier-ignore
    const run = nameRuns([(await readRun(path))!]);
    const page = reportPage(run, [], { date: new Date(0) });
    const [summary, , curves] = page.sections;
    const [, measured, sentence, profile, settings] = summary!.blocks;
    expect(measured).toMatchObject({
      table: {
        columns: ['metric', 'before training', 'at the end', 'better', 'what it is', 'name'],
        rows: [
          ['knn: top-1 accuracy (%)', '14.25 (11.25 to 17.25)', '12.75 (9.75 to 15.75)', 'higher', expect.any(String), 'knn/top1'], // prettier-ignore
          ['false-negatives: FN@128 (share)', '0.1', '0.1', 'lower', expect.stringContaining('the 128 hardest'), 'false-negatives/falseNegativesAtN'], // prettier-ignore
        ],
      },
    });
    expect(sentence).toMatchObject({ text: expect.stringMatching(/^One run cannot tell.*mochi compare/) });
    expect(profile).toMatchObject({ kind: 'folded', blocks: [{ table: { rows: [[expect.any(String), '0.2', '0.2', 'neither', '', 'hardness-profile/matchingProbability1']] } }] }); // prettier-ignore
    expect(settings).toMatchObject({ kind: 'details', text: expect.stringContaining('knn: k 20\n') });
    const [accuracy, loss, ...folded] = curves!.blocks;
    expect([accuracy, loss]).toMatchObject([{ chart: { id: 'curve-knn-top1', bands: 'the 95 % interval over samples', lines: [{ band: [[0, 11.25, 17.25], [2, 9.75, 15.75]] }] } }, { chart: { id: 'curve-loss' } }]); // prettier-ignore
    expect(folded).toMatchObject([{ kind: 'folded', summary: expect.stringMatching(/^Negatives.*1 chart$/) }, { kind: 'folded', blocks: [{ chart: { id: 'curve-rate' } }] }]); // prettier-ignore
    const written = await renderPage(page);
    expect(written).toContain('"curve-rate"'); // what is folded is drawn when it is opened
  });

  test('in progress, and in a comparison that says it failed', async () => {
    expect((await readRun(folder('running', { 'config.json': {} })))!.outcome).toBe('unfinished');
    const job = folder('job', { 'config.json': {}, 'job.json': { outcome: 'failed', failure: { code: null, message: 'it was killed' } } }); // prettier-ignore
    expect(await readRun(job)).toMatchObject({ outcome: 'failed', reason: 'it was killed' });
  });

  test('no run at all is null; a comparison stands for its runs; a checkpoint for its run', async () => {
    expect(await readRun(join(root, 'nowhere'))).toBeNull();
    folder('study', { 'runs/a/config.json': { name: 'x' }, 'runs/b/config.json': { name: 'x' } });
    const folders = await runFoldersIn(join(root, 'study'));
    const runs = nameRuns((await Promise.all(folders.map(readRun))).map((run) => run!));
    expect(runs.map(({ name }) => name)).toEqual(['a', 'b']); // equal names of configs give way to those of folders
    const named = runs.map((run, at) => ({
      ...run,
      config: { name: 'x', sampler: [{ name: 'oracle' }, { name: 'mochi' }], seed: at },
    }));
    expect(nameRuns(named).map(({ name }) => name)).toEqual(['oracle + mochi, seed 0', 'oracle + mochi, seed 1']);
    expect((await readRun(join(root, 'study/runs/a/checkpoints/step-000000001')))!.dir).toBe(join(root, 'study/runs/a'));
  });
});
