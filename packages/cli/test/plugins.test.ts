import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandIn } from './command.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-plugins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mochi = commandIn(folder);

const evaluator = (name: string, run: string, apiVersion = 'apiVersion: 1,') => `
import { EVALUATOR } from '@mochi/contract';
import { z } from 'zod';
export const plugin = {
  name: '${name}', kind: 'evaluator', ${apiVersion}
  config: z.strictObject({ scale: z.number().default(1).describe('factor of the number') }),
  setup: (host, { scale }) => host.provide(EVALUATOR, () => ({
    name: '${name}', metrics: [{ name: 'mean', unit: 'none', better: 'higher' }], settings: {}, everyEpochs: null,
    async run({ features }) { const { rows } = await features('test'); return { mean: ${run} }; },
  })),
};`;

/** An operation for recipes that forgets to declare its draw, and an extension without one. */
const SHADE = `
import { AUGMENTATION_OP } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
const extension = (name, setup) => ({ name, kind: 'extension', apiVersion: 1, config: z.strictObject({}), setup });
const op = {
  name: 'acme-shade', options: z.strictObject({ most: z.number() }),
  parameters: ([u], { most }) => ({ left: tf.sub(1, tf.mul(u, most)) }),
  apply: (planes, { left }) => tf.floor(tf.mul(planes, tf.reshape(left, [-1, 1, 1]))),
};
export const shade = extension('acme-shades', (host) => host.provide(AUGMENTATION_OP, () => op));
export const other = extension('acme-other', () => {});
`;

function install(name: string, source: string): void {
  mkdirSync(join(folder, 'node_modules', name), { recursive: true });
  const manifest = { name, version: '1.2.3', keywords: ['mochi-plugin'], type: 'module', exports: './index.js' };
  writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'node_modules', name, 'index.js'), source);
}

beforeAll(() => {
  install('acme-mean', evaluator('acme-mean', 'scale * rows'));
  install('acme-old', evaluator('acme-old', 'rows', 'apiVersion: 0,'));
  install('acme-unstated', evaluator('acme-unstated', 'rows', ''));
  writeFileSync(join(folder, 'drawn.mjs'), evaluator('acme-drawn', 'Math.random()'));
  writeFileSync(join(folder, 'shade.mjs'), SHADE);
});

test('list: packages with the keyword, their options, and why some cannot be used', async () => {
  const { code, stdout } = await mochi('plugins', 'list');
  expect(code).toBe(0);
  expect(stdout).toMatch(/acme-mean 1\.2\.3\n\s+evaluator acme-mean \(apiVersion 1\)\n\s+scale = 1: factor of the number/);
  expect(stdout).toMatch(/acme-old 1\.2\.3\n\s+unusable Plugin "acme-old" \(acme-old\) is built for version 0 [^]*apiVersion 1/);
  expect(stdout).toMatch(/unusable Plugin "acme-unstated" .* does not state the version[^]*Add apiVersion: 1/);
  expect(stdout).toMatch(/built in \(apiVersion 1\)[^]*sampler +uniform|built in \(apiVersion 1\)[^]*sampler .*mochi/);
  const whole = await mochi('plugins', 'list', '--options');
  expect(whole.stdout).toMatch(/sampler mochi\n[^]*? {4}n = 1024: bank rows[^]*? {4}warmup = "0ep": /);
  const json = JSON.parse((await mochi('plugins', 'list', '--json')).stdout);
  expect(json.installed[0]).toMatchObject({ name: 'acme-mean', problem: null, plugins: [{ kind: 'evaluator', apiVersion: 1 }] });
});

test('check: by package, with options; every check is told', async () => {
  const { code, stdout } = await mochi('plugins', 'check', 'acme-mean', 'scale=2');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^evaluator acme-mean\n {2}ok {5}metrics have/)]);
  expect(stdout).not.toContain('FAILED');
});

test('check: by path; a fault is named, and the command fails', async () => {
  const { code, stdout } = await mochi('plugins', 'check', './drawn.mjs', '--json');
  expect(code).toBe(1);
  const { name, checks } = JSON.parse(stdout) as { name: string; checks: { failure: string | null }[] };
  const failed = checks.filter(({ failure }) => failure !== null);
  expect([name, failed.length, failed[0]!.failure]).toEqual([
    'acme-drawn',
    1,
    expect.stringMatching(/Math\.random\(\), Date .* draw from the stream that is given/),
  ]);
});

test('check: a file is found without ./ before it; operations of an extension have a suite, their options stand under op', async () => {
  const { code, stdout } = await mochi('plugins', 'check', 'shade.mjs', 'op.most=0.5');
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/ok {5}it has a name[^]*FAILED images keep[^]*acme-shade: parameters threw/),
  ]);
  const other = await mochi('plugins', 'check', 'shade.mjs', '--name', 'acme-other');
  expect([other.code, other.stdout]).toEqual([0, expect.stringMatching(/acme-other: an extension without operations/)]);
});

test.each([
  [['plugins'], /It is not said what to do with plugins/],
  [['plugins', 'remove'], /There is no "mochi plugins remove"/],
  [['plugins', 'check'], /No plugin was named/],
  [['plugins', 'check', 'acme-old'], /is built for version 0/],
  [['plugins', 'check', './drawn.mjs', '--name', 'other'], /has no plugin "other"/],
])('refused: %j', async (words, message) => {
  const { code, stderr } = await mochi(...words);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
