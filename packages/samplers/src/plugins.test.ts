import { isMochiError, type Plugin, type Progress } from '@mochi/contract';
import { startRun } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import { expect, test } from 'vitest';
import { makeContext } from '../test/context.js';
import * as samplers from './index.js';

await startTensorFlow();

const known = Object.values(samplers as Record<string, unknown>).filter(
  (value): value is Plugin => typeof value === 'object' && value !== null && 'setup' in value,
);

test.each([
  { sampler: 'uniform', name: 'uniform', blocks: ['bank'] },
  { sampler: 'random', name: 'random', blocks: ['bank'] },
  { sampler: { name: 'random', m: 3, correct: true }, name: 'random', blocks: ['bank'] },
  { sampler: { name: 'mochi', n: 8, s: 4, sPrime: 2, warmup: '10ep' }, name: 'mochi', blocks: ['bank', 'mixture', 'mixture'] },
])('a config with sampler $sampler gives a sampler that samples', async ({ sampler, name, blocks }) => {
  const host = await startRun({ object: { sampler }, known });
  const made = host.one('sampler');
  expect(made.name).toBe(name);
  expect(made.sample(makeContext(), {}).blocks.map((block) => block.kind)).toEqual(blocks);
  await host.dispose();
});

test.each([
  { entry: { name: 'hcl', beta: -1 }, says: /sampler\.beta/ },
  { entry: { name: 'hcl', beta: { from: 0, to: -1, over: '1ep' } }, says: /sampler\.beta\.to/ },
  { entry: { name: 'hcl', beta: { from: 0, to: 1 } }, says: /sampler\.beta\.over[\s\S]*a duration/ },
  { entry: { name: 'percentile', hardest: 0.7, easiest: 0.5 }, says: /leave something/ },
  { entry: { name: 'ring', lower: 0.2, upper: 0.1 }, says: /lower below upper/ },
  { entry: { name: 'dcl', sigma: 0 }, says: /sampler\.sigma/ },
  { entry: { name: 'debiased', tauPlus: 1 }, says: /sampler\.tauPlus/ },
  { entry: { name: 'false-negative-cancel', support: 'key' }, says: /positive, query, both/ },
  { entry: { name: 'oracle', labels: true }, says: /labels/ },
])('$entry is refused with its reason', async ({ entry, says }) => {
  const failure = await startRun({ object: { sampler: entry }, known }).catch((error: unknown) => error);
  expect(isMochiError(failure) && failure.code).toBe('MOCHI_CONFIG_INVALID');
  expect(String(failure)).toMatch(says);
});

test('a ramp is fed into the step, under the name of its option', async () => {
  const upper = { from: 1, to: 0.1, over: '10ep' };
  const host = await startRun({ object: { sampler: { name: 'ring', upper } }, known });
  const [[name, value]] = [...[...host.scalars.values()][0]!] as [[string, (progress: Progress) => number]];
  expect(name).toBe('upper');
  const at = { epoch: 5, epochs: 5, stepsPerEpoch: 10, totalSteps: 1000, filled: 0 };
  expect([0, 50, 100, 500].map((step) => value({ ...at, step }))).toBeAllClose([1, 0.55, 0.1, 0.1]);
  await host.dispose();
});

test('a misspelt option is refused with its place', async () => {
  const failure = await startRun({ object: { sampler: { name: 'mochi', sprime: 3 } }, known }).catch((error: unknown) => error);
  expect(isMochiError(failure) && failure.code).toBe('MOCHI_CONFIG_INVALID');
  expect(String(failure)).toMatch(/sprime/);
});

test.each([
  [{ s: 1.5 }, /sampler\.s\n.*1\.5\n.*a whole number, or/],
  [{ s: -1 }, /a number of at least 0/],
  [{ s: { from: 0, to: 4 } }, /sampler\.s\.over\n.*nothing\n.*a duration/],
  [{ s: { from: 0, to: 4, over: '1ep', aftr: '1ep' } }, /the key "aftr"[\s\S]*did you mean "after"/],
])('a count that is no count, and a ramp that is none: %j', async (options, message) => {
  const failure = await startRun({ object: { sampler: { name: 'mochi', ...options } }, known }).catch((error: unknown) => error);
  expect(String(failure)).toMatch(message);
});

test.each([
  {
    draw: samplers.mochiNegatives,
    given: { n: 16, s: 8, sPrime: 2 },
    says: /without these options: alpha, beta\.\n[\s\S]*mochiConfig\.parse\(/,
  },
  {
    draw: samplers.randomMixNegatives,
    given: { s: 8, sPrime: 2, alpha: [0, 1] },
    says: /options: beta\.[\s\S]*randomMixConfig\.parse\(/,
  },
  { draw: samplers.hardDuplicates, given: { s: 8 }, says: /options: n, sPrime\.[\s\S]*hardDuplicatesConfig\.parse\(/ },
  { draw: samplers.syncoNegatives, given: { n: 16 }, says: /options: n1, n2,[\s\S]*syncoConfig\.parse\(/ },
])('options that no schema has parsed, $given, are named', ({ draw, given, says }) => {
  expect(() => draw(makeContext(), given as never)).toThrow(expect.objectContaining({ code: 'MOCHI_SAMPLER_OPTIONS' }) as Error);
  expect(() => draw(makeContext(), given as never)).toThrow(says);
});
