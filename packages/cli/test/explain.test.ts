import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inProcess } from './in-process.js';
import { writeSmallConfig } from './small-config.js';

// Commands that look at a config and leave no run.

const folder = mkdtempSync(join(tmpdir(), 'mochi-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => writeSmallConfig(folder));

const mochi = (...words: string[]) => inProcess(folder, ...words);

test('explain without the data says how it does without', async () => {
  const dataless = ['explain', 'mochi.yaml', 'data.root=./nowhere'];
  expect((await mochi(...dataless)).stderr).toMatch(/fix .*--no-step/);
  expect((await mochi(...dataless, '--no-step')).code).toBe(0);
});

test('explain: a misspelt override ends with 2', async () => {
  const { code, stderr } = await mochi('explain', 'mochi.yaml', 'sampler.sPrim=3');
  expect([code, stderr]).toEqual([2, expect.stringContaining('sPrime')]);
});

test('explain: an override of the sampler changes the sampler and nothing else', async () => {
  const explained = async (...overrides: string[]) =>
    JSON.parse((await mochi('explain', 'mochi.yaml', ...overrides, '--json')).stdout) as Record<
      'config' | 'inputs',
      Record<string, unknown>
    >;
  const [base, uniform, random, other] = [
    await explained(),
    await explained('sampler=uniform'),
    await explained('sampler=random'),
    await explained('sampler.n=16', 'sampler.sPrime=2'),
  ];
  expect(uniform).toMatchObject({ config: { sampler: { name: 'uniform' } } });
  expect(random).toMatchObject({ config: { sampler: { name: 'random' } } });
  expect(other).toMatchObject({ config: { sampler: { name: 'mochi', n: 16, s: 8, sPrime: 2 } } });
  const rest = ({ config: { sampler: _, ...more }, inputs }: typeof base) => ({ more, inputs });
  for (const changed of [uniform, random, other]) expect(rest(changed)).toEqual(rest(base));
  expect((base.inputs['state'] as { name: string }[]).map(({ name }) => name)).toContain('banks/bank/rows');
});

test('explain: the tensors of the step are counted, and listed on request', async () => {
  const [short, long] = [await mochi('explain', 'mochi.yaml'), await mochi('explain', 'mochi.yaml', '--tensors')];
  expect(short.stdout).toMatch(/inputs of the compiled step: \d+ tensors of state .*\n {2}--tensors lists them/);
  expect(short.stdout).not.toContain('banks/bank/rows');
  expect(long.stdout).toMatch(/state\/banks\/bank\/rows {2}float32\[32, 8\]/);
});

test('profile: parts of a step, ops and a trace file', async () => {
  const before = readdirSync(folder);
  const args = ['profile', 'mochi.yaml', '--steps', '3', '--warmup', '2', '--traced', '2', '--out', 'profiled'];
  const { code, stdout } = await mochi(...args, '--json');
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { parts: { name: string; share: number }[]; ops: { byType: { name: string }[] } };
  expect(report.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  expect(report.ops.byType.some(({ name }) => name.includes('Conv2D'))).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'profiled', 'profile.json'), 'utf8'))).toEqual(report);
  const trace = JSON.parse(readFileSync(join(folder, 'profiled', 'trace.json'), 'utf8')) as {
    traceEvents: { ph: string; ts: number; dur: number }[];
  };
  const spans = trace.traceEvents.filter(({ ph }) => ph === 'X');
  expect(spans.every(({ ts, dur }, at) => dur >= 0 && ts >= (spans[at - 1]?.ts ?? 0))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual([...before, 'profiled'].sort()); // no folder of a run
  const shown = await mochi('profile', 'mochi.yaml', '--steps', '2', '--traced', '1', '--rows', '3', 'evaluators=[]');
  expect(shown.stdout).toMatch(/images\/s[^]*waiting for data[^]*by scope[^]*by type[^]*by node/);
});
