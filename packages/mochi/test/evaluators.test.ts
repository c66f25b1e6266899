import { evaluationEnd, evaluationStart, isEvent, warning, type RunEvent } from '@mochi/contract';
import { liveHandles } from '@mochi/tensorflow';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate, train, type Evaluation } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
let runDir: string;
beforeAll(async () => {
  root = await imageFolder();
  runDir = join(temporaryFolder(), 'run');
  await train(tinyConfig(root), { runDir });
});

const valuesOf = ({ results }: Evaluation) =>
  Object.fromEntries(Object.entries(results).map(([name, { value }]) => [name, value]));

describe('evaluators on a checkpoint', () => {
  test('those that look at draws: no label was kept in training, and nothing stays in memory', async () => {
    const names = ['proxy-task', 'hardness-profile', 'false-negatives'];
    const evaluators = names.map((name) => ({ name, batches: 3 }));
    const values = valuesOf(await evaluate(runDir, { evaluators }));
    const before = liveHandles();
    const events: RunEvent[] = [];
    const measured = await evaluate(runDir, { evaluators, onEvent: (event) => events.push(event) });
    expect(measured.failures).toEqual([]);
    expect(liveHandles()).toEqual(before);
    expect(valuesOf(measured)).toEqual(values); // a function of checkpoint and seed
    expect(values['false-negatives/sameClassShare']).toBeGreaterThan(0);
    expect(values['false-negatives/sameClassShare']).toBeLessThan(1);
    expect(values['false-negatives/selfCollisions']).toBe(0); // maskSelf
    expect(events.map(({ type }) => type)).toEqual(names.flatMap(() => ['evaluation-start', 'evaluation-end']));
    const settings = events.filter((event) => isEvent(evaluationEnd, event)).map((event) => event.settings);
    expect(settings).toMatchObject([{ batches: 3 }, { batches: 3 }, { batches: 3, n: 2 }]); // N: a sixteenth of the bank's 32 rows
    expect(values).toHaveProperty('hardness-profile/syntheticSimilarity');
    expect(values['proxy-task/proxyAccuracyAll']).toBeLessThanOrEqual(values['proxy-task/proxyAccuracy']!);
    expect(measured.results['proxy-task/proxyAccuracy']).toMatchObject({ n: 3, unit: 'share', better: null });
  });

  test('random views and corrupted images', async () => {
    const knn = { k: 3, test: 'train', maxRows: 12 };
    const evaluators = [
      { name: 'representation', views: true, layer: 'head' },
      { name: 'lidar', views: 3, layer: 'head' },
      { name: 'robustness', ...knn, corruptions: ['gaussian-noise', 'pixelate'], severities: [5] },
    ];
    const measured = await evaluate(runDir, { evaluators });
    expect(measured.failures).toEqual([]);
    const values = valuesOf(measured);
    expect(values['representation/alignment']).toBeGreaterThan(0);
    expect(values['lidar/lidar']).toBeGreaterThan(1);
    expect(values['lidar/lidar']).toBeLessThanOrEqual(8.01);
    expect(values['robustness/clean']).toBeGreaterThan(values['robustness/gaussian-noise']! - 1e-6);
    expect(measured.results['robustness/pixelate']).toMatchObject({ n: 12, unit: '%' });
  });

  test('an encoder that the method does not have: that evaluator fails by name, the next one measures', async () => {
    const evaluators = [{ name: 'collapse', encoder: 'teacher' }, { name: 'knn', k: 3, test: 'train' }]; // prettier-ignore
    const { failures, results } = await evaluate(runDir, { evaluators });
    expect(failures).toMatchObject([{ evaluator: 'collapse', code: 'MOCHI_ENCODER_UNKNOWN' }]);
    expect(failures[0]!.message).toContain('query, key');
    expect(results).toHaveProperty('knn/top1');
  });

  test('a run folder of an older version: fields that came since are filled in', async () => {
    const manifest = join(runDir, 'checkpoints', 'step-000000018', 'manifest.json');
    const { position, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as { position: object };
    expect(position).not.toHaveProperty('stopping');
    expect(rest).toHaveProperty('format');
    const config = JSON.parse(readFileSync(join(runDir, 'config.json'), 'utf8')) as { train: Record<string, unknown> };
    delete config.train['earlyStopping'];
    writeFileSync(join(runDir, 'config.json'), JSON.stringify(config));
    rmSync(join(runDir, 'evaluations.jsonl'), { force: true });
    const { failures } = await evaluate(runDir, { evaluators: [{ name: 'knn', k: 3, test: 'train' }] });
    expect(failures).toEqual([]);
    expect(readFileSync(join(runDir, 'evaluations.jsonl'), 'utf8')).toContain('"evaluator":"knn"');
  });
});

test.each([
  { fill: 'random', measured: 0 },
  { fill: 'keys', measured: 1 },
])(
  'negatives before the first step, fill: $fill: measured where the bank has keys, else left out with a warning',
  async ({ fill, measured }) => {
    const events: RunEvent[] = [];
    const evaluators = [{ name: 'proxy-task', batches: 2, atStart: true }];
    const changes = { evaluators, bank: { name: 'fifo', capacity: 32, fill }, train: { steps: 1, batchSize: 4 } };
    const { failures } = await train(tinyConfig(root, changes), { onEvent: (event) => events.push(event) });
    expect(failures).toEqual([]);
    const ends = events.filter((event) => isEvent(evaluationEnd, event)).map(({ step }) => step);
    expect(ends).toEqual(measured === 1 ? [0, 1] : [1]);
    const warnings = events.flatMap((event) => (isEvent(warning, event) && event.source === 'proxy-task' ? [event.message] : []));
    expect(warnings).toEqual(
      measured === 1 ? [] : [expect.stringMatching(/^left out at step 0: No key was written to the bank "bank" yet/)],
    );
  },
);

describe('metrics that decide', () => {
  const knn = { name: 'knn', k: 3, test: 'train', every: 1 };
  const trainWith = (changes: object, evaluators: readonly unknown[] = [knn]) =>
    train(tinyConfig(root, { evaluators, train: { epochs: 6, batchSize: 4, logEvery: 2, ...changes } }), {
      runDir: join(temporaryFolder(), 'run'),
    });

  test('early stopping ends the run when the metric gets no better', async () => {
    const end = await trainWith({ earlyStopping: { metric: 'knn/top1', patience: 1, minDelta: 100 } });
    expect(end).toMatchObject({ outcome: 'stopped', epoch: 2 });
    expect(end.reason).toMatch(/early stopping: knn\/top1/);
  });

  test('a metric without a better direction is refused', () =>
    expect(trainWith({ checkpoint: { best: 'proxy-task/proxyAccuracy' } }, [knn, 'proxy-task'])).rejects.toMatchObject({
      code: 'MOCHI_METRIC_UNKNOWN',
      happened: expect.stringMatching(/neither higher nor lower is better/) as string,
      expected: 'one of: knn/top1, knn/top5',
    })); // prettier-ignore

  test.each([{ earlyStopping: { metric: 'knn/top2', patience: 1 } }, { checkpoint: { best: 'knn/top2' } }])(
    'a metric that nobody measures is refused: %o',
    async (changes) => {
      await expect(trainWith(changes)).rejects.toMatchObject({
        code: 'MOCHI_METRIC_UNKNOWN',
        expected: expect.stringContaining('knn/top1') as string,
      });
    },
  );
});

test('fine-tune and semi-supervised: images are learned, lists are kept, the run stays as it is', async () => {
  const idsFolder = join(temporaryFolder(), 'lists');
  const how = { test: 'train', view: 'eval', epochs: 20, batchSize: 8, rate: 0.05 };
  const evaluators = [{ name: 'fine-tune', ...how }, { name: 'semi-supervised', ...how, epochs: 2, shares: [0.5], idsFolder }]; // prettier-ignore
  const { results, failures } = await evaluate(runDir, { evaluators });
  expect(failures).toEqual([]);
  expect(results['fine-tune/top1']!.value).toBeGreaterThan(80);
  expect(results['semi-supervised/top1@50%']).toMatchObject({ unit: '%', n: 24 });
  const list = readFileSync(join(idsFolder, 'ids-0.5.txt'), 'utf8').trim().split('\n');
  expect(list).toHaveLength(12);
  const again = await evaluate(runDir, { evaluators: evaluators.slice(1) });
  expect(again.results).toEqual({ 'semi-supervised/top1@50%': results['semi-supervised/top1@50%'] });
  writeFileSync(join(idsFolder, 'ids-0.5.txt'), '3\n999\n');
  const broken = await evaluate(runDir, { evaluators: evaluators.slice(1) });
  expect(broken.failures).toMatchObject([{ code: 'MOCHI_ID_LIST' }]);
});

describe('transfer-linear', () => {
  const set = async (as: string, changes = {}) => ({ data: { name: 'image-folder', root: await imageFolder(16), ...changes }, as, test: 'train' }); // prettier-ignore
  const evaluateSets = (...sets: object[]) =>
    evaluate(runDir, { evaluators: [{ name: 'transfer-linear', sets, solver: 'ridge' }] });

  test('several sets at once, each its own data', async () => {
    const { results, failures } = await evaluateSets(await set('a'), await set('b', { holdout: 0.5 }));
    expect(failures).toEqual([]);
    expect(results['transfer-linear/top1@a']).toMatchObject({ n: 16, unit: '%' });
    expect(results['transfer-linear/top1@b']!.n).toBeLessThan(16);
    const values = ['a', 'b'].map((name) => results[`transfer-linear/top1@${name}`]!.value);
    expect(results['transfer-linear/mean']!.value).toBeCloseTo((values[0]! + values[1]!) / 2);
  });

  test.each([
    { changes: { name: 'image-foldr' }, code: 'MOCHI_UNKNOWN_PLUGIN' },
    { changes: { holdout: 7 }, code: 'MOCHI_CONFIG_INVALID' },
  ])('data that cannot be: $code, before anything runs', async ({ changes, code }) => {
    const error = await evaluateSets(await set('a', changes)).catch((thrown: unknown) => thrown);
    expect([error, (error as { cause?: unknown }).cause].map((one) => (one as { code?: string } | undefined)?.code)).toContain(
      code,
    );
  });
});

test('online-linear learns inside the step, and the encoder is trained as without it', async () => {
  const two = await imageFolder(); // of each class one picture, again and again: told apart on any processor
  for (const name of ['even', 'odd']) {
    const [first, ...others] = readdirSync(join(two, name)).map((file) => join(two, name, file));
    for (const other of others) copyFileSync(first!, other);
  }
  const top1: number[] = [];
  const losses: number[][] = [];
  const augment = { name: 'custom', size: 16, crop: 'whole' };
  const changes = { augment, method: { name: 'moco-v2', batchNorm: { split: 2 } }, sampler: 'uniform', schedule: 'constant' };
  const run = (plugins: object[], steps: number) => {
    const own: number[] = [];
    losses.push(own);
    return train(tinyConfig(two, { ...changes, plugins, train: { steps, batchSize: 8, logEvery: 1 } }), {
      onEvent: (event) => {
        const { metrics, lossNats } = event as unknown as { metrics?: Record<string, number>; lossNats?: number };
        if (event.type === 'step-end' && lossNats !== undefined) own.push(lossNats);
        if (event.type === 'step-end' && metrics?.['onlineTop1'] !== undefined) top1.push(metrics['onlineTop1']);
      },
    });
  };
  await run([{ use: 'online-linear', classes: 4, rate: 0.05 }], 40);
  await run([], 6);
  expect(losses[0]!.slice(0, 6)).toEqual(losses[1]!.map((loss) => expect.closeTo(loss, 5) as number));
  expect(top1).toHaveLength(40);
  const mean = (some: number[]) => some.reduce((a, b) => a + b, 0) / some.length;
  expect(mean(top1.slice(0, 3))).toBeLessThan(75);
  expect(mean(top1.slice(-15))).toBeGreaterThan(90);
});

test.each([
  { at: 'the end of an epoch', step: 2, reason: 'interrupted' },
  { at: 'the end', step: 3, reason: 'interrupted in the evaluation at the end' },
])('interrupted in the evaluation at $at, a run is stopped, and measures when it goes on', async ({ step, reason }) => {
  const config = tinyConfig(root, {
    train: { steps: 3, batchSize: 12 },
    evaluators: [{ name: 'knn', k: 3, test: 'train', every: 1 }],
  });
  const runDir = join(temporaryFolder(), 'run');
  const stop = new AbortController();
  const cut = (event: RunEvent): void => void (isEvent(evaluationStart, event) && event.step === step && stop.abort());
  expect(await train(config, { runDir, onEvent: cut, signal: stop.signal })).toMatchObject({ outcome: 'stopped', step, reason });
  const measured: number[] = [];
  const note = (event: RunEvent): void => void (isEvent(evaluationEnd, event) && measured.push(event.step));
  const more = await train(config, { runDir, onEvent: note, resume: true });
  expect(more).toMatchObject({ outcome: 'finished', step: 3, results: { 'knn/top1': { n: 24 } }, failures: [] });
  expect(measured).toEqual(step === 2 ? [2, 3] : [3]);
});
