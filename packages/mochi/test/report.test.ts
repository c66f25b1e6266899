import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { report, train } from '@mochi/mochi';
import { listCheckpoints } from '@mochi/trainer';
import { beforeAll, describe, expect, test } from 'vitest';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

/** What the page says before its script, which is long. */
const textOf = (file: string): string => readFileSync(file, 'utf8').split('<main')[1]!.split('<script')[0]!;

/** What the page's script is given. */
const dataOf = (file: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(readFileSync(file, 'utf8'))![1]!) as {
    charts: { id: string; names?: string[]; labels?: number[] | null; counts?: number[][]; views?: { name: string }[] }[];
    groups: string[];
  };

describe('the report of real runs', () => {
  const runs = temporaryFolder();
  const [labelled, plain] = [join(runs, 'labelled'), join(runs, 'plain')];
  beforeAll(async () => {
    const root = await imageFolder(40);
    const changes = { train: { steps: 4, batchSize: 4, logEvery: 2 }, trackers: ['jsonl'] };
    await train(tinyConfig(root, { ...changes, plugins: [{ use: 'negative-metrics', every: 2 }], bank: { name: 'fifo', capacity: 32, labels: true } }), { runDir: labelled }); // prettier-ignore
    await train(tinyConfig(root, { ...changes, data: { name: 'image-folder', root, labels: 'none' }, sampler: { name: 'uniform' } }), { runDir: plain }); // prettier-ignore
  });

  test('two of them: differences, map, neighbours, confusion, views; data without labels are said to have none', async () => {
    const out = join(runs, 'both.html');
    const csv = join(runs, 'csv');
    const { notes } = await report([labelled, plain], { out, csv });
    expect(notes).toEqual([]);
    const { charts, groups } = dataOf(out);
    expect(groups).toEqual(['mochi, seed 7', 'uniform, seed 7']);
    const [map, plainMap] = charts.filter(({ id }) => id.startsWith('map-'));
    expect(map!.names).toHaveLength(40);
    expect(map!.views!.map(({ name }) => name)).toEqual(['PCA', 'UMAP']);
    expect(new Set(map!.labels)).toEqual(new Set([0, 1]));
    expect(plainMap!.labels).toBeNull();
    const confusions = charts.filter(({ id }) => id.startsWith('confusion-'));
    expect(confusions).toHaveLength(1);
    expect(confusions[0]!.counts!.flat().reduce((sum, count) => sum + count, 0)).toBe(40);
    const html = textOf(out);
    expect(html).toContain('its data have no labels');
    expect(html).toMatch(/<th scope="row">sampler\.name<\/th>/);
    expect(html.match(/class="sprite/g)!.length).toBe(2 * (10 * 9 + 6 * 5)); // ten queries with eight neighbours; six images with two draws of two views
    expect(html).not.toMatch(/(?:src|href)="(?!#|data:)/);
    expect(readFileSync(join(csv, 'false-negatives.csv'), 'utf8')).toMatch(/^run,line,step,share[^]*base rate/);
  });

  test('a checkpoint of another version, and a folder that is none: said, and the report is there', async () => {
    const old = join(runs, 'old');
    await mkdir(old);
    for (const name of ['config.json', 'events.jsonl', 'summary.json']) writeFileSync(join(old, name), readFileSync(join(labelled, name))); // prettier-ignore
    await mkdir(join(old, 'checkpoints'));
    const [checkpoint] = (await listCheckpoints(labelled)).slice(-1);
    cpSync(checkpoint!, join(old, 'checkpoints', 'step-000000004'), { recursive: true });
    const manifest = join(old, 'checkpoints', 'step-000000004', 'manifest.json');
    writeFileSync(manifest, JSON.stringify({ ...(JSON.parse(readFileSync(manifest, 'utf8')) as object), format: 1 }));
    const { notes, out } = await report([old, join(runs, 'nowhere')]);
    expect(out).toBe(join(old, 'report.html'));
    expect(notes.map(({ text }) => text)).toEqual([
      `${join(runs, 'nowhere')} is no run folder: it is left out.`,
      'environment.json is missing: the environment is not shown.',
    ]);
    expect(textOf(out)).toMatch(/the encoder could not be opened\. MOCHI_CHECKPOINT_/);
    expect(dataOf(out).charts.map(({ id }) => id)).toContain('curve-loss');
  });

  test('nothing of a run anywhere', () =>
    expect(report([join(runs, 'nowhere')])).rejects.toMatchObject({ code: 'MOCHI_REPORT_NO_RUN' }));
});
