import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompareReport } from '@mochi/mochi';
import { writeImages } from '@mochi/testing';
import { findCheckpoint, readCheckpoint } from '@mochi/trainer';
import { afterAll, beforeAll, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/mochi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mochi-compare-'));
const file = join(folder, 'compare.yaml');
const one = join(folder, 'one.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await writeImages(join(folder, 'images'), 12);
  const run = `name: tiny
run:
  plugins: [{ use: negative-metrics, every: 2, collapseBelow: 0 }, ./wet.mjs]
  data: { name: image-folder, root: ${JSON.stringify(join(folder, 'images'))} }
  augment: { name: custom, size: 16 } # a crop alone, which compiles soon
  encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
  method: { name: moco-v2, batchNorm: { split: 2 } }
  bank: { name: fifo, capacity: 32, labels: true }
  optimizer: { name: sgd, rate: 0.05 }
  train: { steps: 6, batchSize: 4, logEvery: 2 }
  evaluators: [{ name: knn, k: 3, test: train }]
`;
  writeFileSync(one, `${run}vary: { sampler: [uniform] }`);
  writeFileSync(
    file,
    `${run}vary:
  sampler:
    - uniform
    - { label: mochi, value: { name: mochi, n: 8, s: 8, sPrime: 4 } }
    - { label: wet, value: wet }
`,
  );
  writeFileSync(join(folder, 'wet.mjs'), WET);
});

/** The first run of it does not get past its third step before it is told to stop; `waited` is there once it listens. */
const WAITS = `import { existsSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { afterStep, definePlugin } from '@mochi/contract';
import { z } from 'zod';
const mark = new URL('./waited', import.meta.url);
export const plugin = definePlugin({
  name: 'waits', kind: 'extension', apiVersion: 1, config: z.strictObject({}),
  setup: (host) => host.tap(afterStep, async ({ progress }) => {
    if (progress.step < 3 || existsSync(mark)) return;
    writeFileSync(mark, '');
    await once(process, 'message');
  }),
});
`;

/** A sampler that fits on paper. */
const WET = `import { definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { z } from 'zod';
export const plugin = definePlugin({
  name: 'wet', kind: 'sampler', apiVersion: 1, config: z.strictObject({}),
  setup: (host) => host.provide(NEGATIVE_SAMPLER, () => ({ name: 'wet', sample() { throw new RangeError('the fuse is wet'); } })),
});`;

interface Outcome {
  readonly code: number | null;
  readonly report: CompareReport & { readonly out: string };
  readonly stderr: string;
}

/** Runs the built command, and sends it a signal when it is time. */
function compare(
  args: readonly string[],
  interrupt?: { signal: NodeJS.Signals; when: () => boolean },
  which = file,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, 'compare', which, ...args, '--json'], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const watch = interrupt && setInterval(() => interrupt.when() && child.kill(interrupt.signal) && clearInterval(watch), 50);
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({ code, report: JSON.parse(stdout) as Outcome['report'], stderr });
    });
  });
}

test('two variants and one that fails: a table of both, exit code 1; only the sampler differs; what is done is not done again', async () => {
  const { code, report, stderr } = await compare([]);
  expect(code).toBe(1);
  expect(report).toMatchObject({ outcome: 'failed', sameStart: { 1: true } });
  expect(report.variants.map(({ variant, finished }) => [variant, finished])).toEqual([['uniform', 1], ['mochi', 1], ['wet', 0]]); // prettier-ignore
  expect(report.variants[2]!.failures).toEqual([expect.stringMatching(/the fuse is wet/)]);
  for (const { metrics, stepMs } of report.variants.slice(0, 2)) {
    for (const name of ['loss', 'proxyAccuracy', 'falseNegativesAtN', 'effectiveNegatives', 'knn/top1'])
      expect([name, metrics[name]?.mean]).toEqual([name, expect.any(Number)]);
    expect(stepMs).toBeGreaterThan(0);
  }
  for (const name of ['compare.json', 'compare.csv', 'variants.csv', 'compare.html']) expect(existsSync(join(report.out, name))).toBe(true);
  const [uniform, mochi] = report.runs as [CompareReport['runs'][0], CompareReport['runs'][0]];
  // The bank holds the ids of the images in the order in which training saw them.
  const ids = async ({ runDir }: typeof uniform) => (await readCheckpoint(await findCheckpoint(runDir))).tensors.get('banks/bank/ids')!.data;
  expect(await ids(mochi)).toEqual(await ids(uniform));
  const config = ({ runDir }: typeof uniform) => JSON.parse(readFileSync(join(runDir, 'config.json'), 'utf8')) as object;
  expect({ ...config(mochi), sampler: null }).toEqual({ ...config(uniform), sampler: null });
  const written = readFileSync(join(uniform.runDir, 'events.jsonl'), 'utf8');

  // Without training: also from folders that an earlier version named by a config of fewer options.
  renameSync(uniform.runDir, join(report.out, 'runs', 'earlier'));
  const earlier = join(report.out, 'runs', 'earlier', 'job-config.json');
  const { bank, ...rest } = JSON.parse(readFileSync(earlier, 'utf8')) as Record<string, Record<string, unknown>>;
  writeFileSync(earlier, JSON.stringify({ ...rest, bank: { ...bank, maskSelf: undefined } }));
  const table = await compare(['--table-only']);
  expect(table.stderr).not.toMatch(/begins/);
  expect(table.report.variants.map(({ variant, finished }) => [variant, finished])).toEqual([['uniform', 1], ['mochi', 1], ['wet', 0]]);
  expect(table.report.runs.map(({ metrics }) => metrics)).toEqual(report.runs.map(({ metrics }) => metrics));
  expect(table.report.variants[1]!.differences['loss']).toMatchObject({ pairs: [mochi.metrics['loss']! - uniform.metrics['loss']!], resolved: false });
  renameSync(join(report.out, 'runs', 'earlier'), uniform.runDir);

  const again = await compare([]);
  expect(again.stderr).toMatch(/known +uniform[\s\S]*known +mochi[\s\S]*begins +wet/);
  expect(again.report.runs[1]!.metrics).toEqual(mochi.metrics);
  expect(readFileSync(join(uniform.runDir, 'events.jsonl'), 'utf8')).toBe(written);
  expect(stderr).toMatch(/failed +wet/);
}); // prettier-ignore

test('a signal saves the run in progress; the same command goes on from there', async () => {
  const out = join(folder, 'stopped');
  const events = () => {
    const [run] = existsSync(join(out, 'runs')) ? readdirSync(join(out, 'runs')) : [];
    const path = join(out, 'runs', run ?? '', 'events.jsonl');
    return run && existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const waiting = join(folder, 'waiting.yaml');
  writeFileSync(waiting, readFileSync(one, 'utf8').replace(/plugins: .*/, 'plugins: [./waits.mjs]'));
  writeFileSync(join(folder, 'waits.mjs'), WAITS);
  const args = ['evaluators=[]', 'train={steps: 9, batchSize: 4, logEvery: 2, checkpoint: {every: 100ep}}', '--out', out];
  const stopped = await compare(args, { signal: 'SIGTERM', when: () => existsSync(join(folder, 'waited')) }, waiting);
  expect(stopped.code).toBe(143);
  expect(stopped.report).toMatchObject({ outcome: 'stopped', variants: [{ variant: 'uniform', finished: 0, failures: [] }] });
  expect(stopped.stderr).toMatch(/^go on: the same command$/m);
  const more = await compare(args, undefined, waiting);
  expect(more).toMatchObject({ code: 0, report: { outcome: 'finished' } });
  const starts = events().split('\n').filter((line) => line.includes('"run-start"')).map((line) => JSON.parse(line) as { resumedFrom: number });
  expect(starts.map(({ resumedFrom }) => resumedFrom)).toEqual([null, 3]);
}); // prettier-ignore

test('an evaluator that failed is named, and the exit code is 3; a metric that is misspelt is, too', async () => {
  const args = ['evaluators=[{name: knn, k: 3, test: train, encoder: teacher}]', '--out', join(folder, 'deaf')];
  const asking = join(folder, 'asking.yaml');
  writeFileSync(asking, `${readFileSync(one, 'utf8')}\nmetrics: [loss, effectivNegatives]`);
  const { code, report, stderr } = await compare(args, undefined, asking);
  expect(code).toBe(3);
  expect(report.outcome).toBe('finished');
  expect(report.variants[0]!.failures).toEqual([expect.stringMatching(/seed 1: the evaluator knn failed: MOCHI_ENCODER_UNKNOWN/)]);
  expect(stderr).toMatch(/warning: No run measured the metric "effectivNegatives"\. Did you mean effectiveNegatives\?/);
  const { stdout } = spawnSync(process.execPath, [bin, 'compare', asking, ...args, '--table-only'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toMatch(/uniform, seed 1: the evaluator knn failed: MOCHI_ENCODER_UNKNOWN/);
  expect(readFileSync(join(folder, 'deaf', 'compare.html'), 'utf8')).toMatch(/the evaluator knn failed: MOCHI_ENCODER_UNKNOWN/);
}); // prettier-ignore

test('what cannot be trained or measured is told of before anything is: every place, exit code 2', () => {
  const wrong = join(folder, 'wrong.yaml');
  const large = '{ label: too large, value: { name: mochi, n: 64 } }';
  const run = readFileSync(one, 'utf8');
  const tell = (text: string) => {
    writeFileSync(wrong, text);
    return spawnSync(process.execPath, [bin, 'compare', wrong, '--out', join(folder, 'none')], { cwd: folder, encoding: 'utf8' });
  };
  const variants = tell(run.replace('[uniform]', `[uniform, ${large}, { label: no bank, value: { name: mochi, n: 8, bank: other } }]`));
  expect(variants).toMatchObject({ status: 2, stdout: '' });
  expect(variants.stderr).toMatch(/too large: MOCHI_POOL_TOO_LARGE[^]*no bank: MOCHI_/);
  const metrics = tell(`${run}\nmetrics: [knn/topp1]`);
  expect(metrics).toMatchObject({ status: 2 });
  expect(metrics.stderr).toMatch(/No run will measure "knn\/topp1"\. Did you mean knn\/top1\?/);
  expect(existsSync(join(folder, 'none'))).toBe(false);
}); // prettier-ignore
