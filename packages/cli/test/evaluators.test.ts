import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/mochi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mochi-evaluators-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BROKEN = `import { definePlugin, EVALUATOR } from '@mochi/contract';
import { z } from 'zod';
export const broken = definePlugin({
  name: 'broken', kind: 'evaluator', apiVersion: 1, config: z.strictObject({}),
  setup(host) {
    host.provide(EVALUATOR, () => ({
      name: 'broken', metrics: [{ name: 'x', unit: '%', better: 'higher' }], settings: {}, everyEpochs: 1,
      run: () => Promise.reject(new TypeError('it broke')),
    }));
  },
});
`;

beforeAll(async () => {
  await writeImages(join(folder, 'images'), 12);
  writeFileSync(join(folder, 'broken.ts'), BROKEN);
  writeFileSync(
    join(folder, 'mochi.yaml'),
    `data: { name: image-folder, root: ${JSON.stringify(join(folder, 'images'))} }
plugins: [./broken.ts]
augment: { name: custom, size: 16 } # a crop alone, which compiles soon
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: { name: moco-v2, batchNorm: { split: 2 } }
bank: { name: fifo, capacity: 32 }
sampler: uniform
optimizer: { name: sgd, rate: 0.05 }
train: { steps: 6, batchSize: 4, logEvery: 1, checkpoint: { best: knn/top1 } }
trackers: [progress, jsonl]
evaluators: [broken, { name: knn, k: 3, test: train, every: 1 }]
`,
  );
});

const mochi = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });
const linesOf = (file: string) =>
  readFileSync(join(folder, 'run', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('an evaluator that throws: the run goes on, the record says so, and so does the exit code', () => {
  const trained = mochi('train', 'mochi.yaml', '--run', 'run');
  expect(trained.stderr).toContain('broken failed at step 6: it broke');
  expect(trained.stderr).toMatch(/\nfinished at step 6, but broken failed: run\n$/);
  expect(trained.stdout + trained.stderr).toContain('broken failed (epoch 1): it broke');
  expect(trained.status).toBe(3);
  const failure = { evaluator: 'broken', code: null, message: 'it broke' };
  const summary = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8')) as Record<string, unknown>;
  expect(summary).toMatchObject({ outcome: 'finished', step: 6, failures: [failure, { ...failure, epoch: 2 }] });
  expect(summary['results']).toMatchObject({ 'knn/top1': { unit: '%', better: 'higher', n: 12 } });
  const events = linesOf('events.jsonl').filter(({ type }) => /^evaluation-(end|failed)$/.test(String(type)));
  expect(events.map(({ type, evaluator }) => [type, evaluator])).toEqual([
    ...[1, 2].flatMap(() => [['evaluation-failed', 'broken'], ['evaluation-end', 'knn']]), // prettier-ignore
  ]);

  const measured = mochi('eval', 'run', '--evaluators', 'knn,broken', '--json');
  expect(measured.status).toBe(3);
  const record = JSON.parse(measured.stdout) as Record<string, unknown>;
  expect(record).toMatchObject({ failures: [failure], results: summary['results'] });
  expect(record['costs']).toHaveProperty('knn');
  expect(linesOf('evaluations.jsonl')).toMatchObject([
    { type: 'evaluation-end', evaluator: 'knn', checkpoint: 'step-000000006', settings: { k: 3, layer: 'backbone' } },
    { type: 'evaluation-failed', evaluator: 'broken' },
  ]);
  expect(mochi('eval', 'run', '--evaluators', 'knn').stdout).toMatch(/^knn\/top1 .*\n(knn\/.*\n)*knn: \{.*\}\n$/); // results and settings: costs are for --json
});
