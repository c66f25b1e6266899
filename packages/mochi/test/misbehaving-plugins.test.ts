import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@mochi/contract';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { train } from '../src/index.js';

// A plugin that misbehaves ends its run with its name, or is reported, and the run after it is what it would have been.

const root = mkdtempSync(join(tmpdir(), 'mochi-misbehaving-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let sound = '';
beforeAll(async () => {
  await writeImages(join(root, 'images'), 12);
  sound = (await train(config([]))).stateSha256;
});

const config = (plugins: unknown[], more: object = {}) => ({
  seed: 1,
  plugins,
  data: { name: 'image-folder', root: join(root, 'images') },
  augment: { name: 'custom', size: 16 }, // a crop alone, which compiles soon
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: { name: 'moco-v2', batchNorm: { split: 2 } },
  bank: { name: 'fifo', capacity: 32, maskSelf: true },
  sampler: 'uniform',
  optimizer: { name: 'sgd', rate: 0.05 },
  train: { steps: 3, batchSize: 4, logEvery: 1 },
  ...more,
});

/** An extension, or a plugin of another kind, with that setup. */
function pluginFile(name: string, setup: string, kind = 'extension'): string {
  const path = join(root, `${name}.ts`);
  const imports = 'addStepMetrics, adjustLoss, afterStep, beforeStep, DATASET, defineToken, EVALUATOR, stepEnd, TRACKER';
  const source = `import { ${imports} } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
const never = () => new Promise<void>(() => {});
export const plugin = { name: '${name}', kind: '${kind}', apiVersion: 1, config: z.strictObject({}), setup(host: any): any { ${setup} } };`;
  writeFileSync(path, source);
  return path;
}

const boom = "throw new Error('boom')";
test.each([
  ['throws-in-setup', boom, 'MOCHI_PLUGIN_SETUP_FAILED', /"throws-in-setup" \(extension:throws-in-setup\) failed in setup: boom/],
  [
    'throws-in-build-hook',
    `host.tap(adjustLoss, () => { ${boom}; })`,
    'MOCHI_HOOK_FAILED',
    /"throws-in-build-hook".* failed in hook "adjust-loss": boom/,
  ],
  [
    'throws-in-run-hook',
    `host.tap(beforeStep, async () => { ${boom}; })`,
    'MOCHI_HOOK_FAILED',
    /"throws-in-run-hook".* failed in hook "before-step": boom/,
  ],
  [
    'async-build-hook',
    'host.tap(adjustLoss, async (loss: any) => loss)',
    'MOCHI_HOOK_FAILED',
    /returned a promise, but a build hook/,
  ],
  [
    'hangs-in-setup',
    'return never()',
    'MOCHI_PLUGIN_TIMEOUT',
    /"hangs-in-setup".* has not come to an end in setup within 0\.3 s/,
  ],
  ['hangs-in-hook', 'host.tap(afterStep, never)', 'MOCHI_PLUGIN_TIMEOUT', /"hangs-in-hook".* in hook "after-step" within 0\.3 s/],
  [
    'writes-the-state',
    'host.tap(beforeStep, ({ tree }: any) => { tree.params = {}; })',
    'MOCHI_HOOK_FAILED',
    /"writes-the-state".*read only/,
  ],
  [
    'writes-a-parameter',
    'host.tap(beforeStep, ({ tree }: any) => { tree.params[Object.keys(tree.params)[0]] = tf.zeros([1]); })',
    'MOCHI_HOOK_FAILED',
    /"writes-a-parameter".*read only/,
  ],
  [
    'disposes-the-state',
    'host.tap(afterStep, ({ tree }: any) => { tree.banks.bank.rows.dispose(); })',
    'MOCHI_STATE_FOREIGN',
    /banks\/bank\/rows .* by a plugin that does not own it: extension:disposes-the-state/,
  ],
  [
    'state-of-another',
    "host.tap(beforeStep, ({ state }: any) => state.set('rows', tf.zeros([1])))",
    'MOCHI_HOOK_FAILED',
    /"state-of-another".* its state "rows", which it never registered/,
  ],
  [
    'other-shape',
    "host.state('x', () => tf.zeros([2])); host.tap(beforeStep, ({ state }: any) => state.set('x', tf.zeros([3])))",
    'MOCHI_HOOK_FAILED',
    /replaced its state "x" \(float32\[2\]\) by float32\[3\]/,
  ],
  [
    'registers-twice',
    "host.state('x', () => tf.zeros([2])); host.state('x', () => tf.zeros([2]))",
    'MOCHI_STATE_TAKEN',
    /"registers-twice".* the state "x" twice/,
  ],
  [
    'provides-twice',
    "const t = { kind: 'one', name: 'acme' }; host.provide(t, () => 1); host.provide(t, () => 2)",
    'MOCHI_TOKEN_TAKEN',
    /"provides-twice".* both provide "acme"/,
  ],
])('%s: the run ends with the name of the plugin', async (name, setup, code, message) => {
  const broken = config([pluginFile(name, setup)], { runtime: { pluginSeconds: /^hangs/.test(name) ? 0.3 : 1800 } });
  await expect(train(broken)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('the run after all of them is what it was before them', async () =>
  expect((await train(config([]))).stateSha256).toBe(sound));

test('subscribers that throw, reject or write: each is reported, with its own line, and changes nothing', async () => {
  const faults: [string, string, string][] = [
    ['subscriber-throws', `() => { ${boom}; }`, 'A subscriber of step-end failed and was detached: boom'],
    ['subscriber-rejects', `async () => { ${boom}; }`, 'failed and was detached: boom'],
    [
      'subscriber-writes',
      '(event: any) => { event.lossNats = 0; }',
      'failed and was detached: Cannot assign to read only property',
    ],
  ];
  const plugins = faults.map(([name, subscriber]) => pluginFile(name, `host.events(stepEnd).subscribe(${subscriber})`));
  const events: RunEvent[] = [];
  const result = await train(config(plugins), { onEvent: (event) => events.push(event) });
  expect([result.outcome, result.stateSha256]).toEqual(['finished', sound]);
  const warnings = warningsOf(events);
  expect(warnings).toHaveLength(faults.length);
  for (const [name, , message] of faults) {
    const told = warnings.find(({ source }) => source === `"${name}" (extension:${name})`);
    expect(told?.message).toContain(message);
    expect(told?.message).toMatch(new RegExp(`, at .*${name}\\.ts:\\d+:\\d+\\)?$`));
  }
});

test('a tracker that throws at an event is named, with its own line', async () => {
  const events: RunEvent[] = [];
  const record = `host.provide(TRACKER, () => ({ start() {}, record(all: any) { all.subscribe(() => { ${boom}; }); }, async close() {} }))`;
  const sections = { trackers: [{ name: 'record-throws' }] };
  const result = await train(config([pluginFile('record-throws', record, 'tracker')], sections), {
    onEvent: (event) => events.push(event),
  });
  expect(result.stateSha256).toBe(sound);
  expect(warningsOf(events)).toMatchObject([
    {
      source: expect.stringMatching(/^"record-throws" \(tracker/) as string,
      message: expect.stringMatching(
        /^A subscriber of every event failed and was detached: boom, at .*record-throws\.ts:\d+:\d+\)?$/,
      ) as string,
    },
  ]);
});

const tracker = (start: string, close: string) =>
  `host.provide(TRACKER, () => ({ start() { ${start} }, record() {}, async close() { ${close} } }))`;

test('a tracker that cannot be closed is reported, and the others are closed', async () => {
  const messages: string[] = [];
  const onEvent = (event: RunEvent) =>
    event.type === 'warning' && messages.push((event as RunEvent & { message: string }).message);
  const plugins = [
    pluginFile('close-throws', tracker('', boom), 'tracker'),
    pluginFile('close-hangs', tracker('', 'await never()'), 'tracker'),
    pluginFile('closes', tracker('', '(globalThis as any).acmeClosed = true;'), 'tracker'),
  ];
  const trackers = ['close-throws', 'close-hangs', 'closes'];
  const result = await train(config(plugins, { trackers, runtime: { pluginSeconds: 3 } }), { onEvent });
  expect([result.outcome, result.stateSha256]).toEqual(['finished', sound]);
  expect(messages).toEqual([
    expect.stringContaining('could not be closed: boom'),
    expect.stringMatching(
      /could not be closed: Plugin "close-hangs".* has not come to an end in the close of its tracker within 3 s/,
    ),
  ]);
  expect((globalThis as { acmeClosed?: boolean }).acmeClosed).toBe(true);
});

test('a tracker that cannot start ends the run before its first step, named', async () => {
  const plugins = [pluginFile('start-throws', tracker(boom, ''), 'tracker')];
  await expect(train(config(plugins, { trackers: ['start-throws'] }))).rejects.toMatchObject({
    code: 'MOCHI_TRACKER_FAILED',
    message: expect.stringMatching(/The tracker of plugin "start-throws" .* could not start: boom/),
  });
});

const warningsOf = (events: readonly RunEvent[]) =>
  events.filter(({ type }) => type === 'warning') as (RunEvent & { source: string; message: string })[];

test('a data set and an evaluator that take long are named, and are not ended', async () => {
  const events: RunEvent[] = [];
  const slow = 'new Promise((done) => setTimeout(done, 700))';
  const plugins = [
    pluginFile(
      'slow-evaluator',
      `host.provide(EVALUATOR, () => ({ name: 'slow-evaluator', metrics: [{ name: 'm', unit: '', better: 'higher' }], settings: {}, everyEpochs: null,
        run: async () => { await ${slow}; return { m: 1 }; } }))`,
      'evaluator',
    ),
    pluginFile(
      'slow-data',
      `const pixels = new Uint8Array(12 * 16 * 16 * 3); const names = Array.from({ length: 12 }, (_, at) => String(at));
      host.provide(DATASET, () => ({ name: 'slow-data', splits: ['train'], split: async () => { await ${slow};
        return { name: 'train', length: 12, images: { kind: 'pixels', pixels, height: 16, width: 16 }, describe: (at: number) => names[at] }; } }))`,
      'data',
    ),
  ];
  const sections = { data: 'slow-data', evaluators: ['slow-evaluator'], runtime: { slowSeconds: 0.2 } };
  const result = await train(config(plugins, sections), { onEvent: (event) => events.push(event) });
  expect([result.outcome, result.results['slow-evaluator/m']!.value]).toEqual(['finished', 1]);
  const said = warningsOf(events).map(({ source, message }) => `${source}: ${message}`);
  expect(said).toContain('slow-data: the data set "slow-data" has been opening its split "train" for 0.2 s');
  expect(said).toContain('slow-evaluator: the evaluator "slow-evaluator" has been running for 0.2 s');
});

test('an evaluator that returns something other than what it declares fails by name, and the run goes on', async () => {
  const events: RunEvent[] = [];
  const odd = pluginFile(
    'odd-evaluator',
    `host.provide(EVALUATOR, () => ({ name: 'odd-evaluator', metrics: [{ name: 'x', unit: '%', better: 'higher' }], settings: {}, everyEpochs: null, run: async () => ({ y: 1 }) }))`,
    'evaluator',
  );
  const result = await train(config([odd], { evaluators: ['odd-evaluator'] }), { onEvent: (event) => events.push(event) });
  expect([result.outcome, result.results]).toEqual(['finished', {}]);
  expect(events.filter(({ type }) => type === 'evaluation-failed')).toMatchObject([
    {
      evaluator: 'odd-evaluator',
      code: 'MOCHI_EVALUATOR_RESULT',
      message: expect.stringContaining('declared x; its run returned y, which it does not declare.'),
    },
  ]);
});

test('an evaluator that does not heed the signal cannot keep a run that is stopped from ending', async () => {
  const deaf = pluginFile(
    'deaf-evaluator',
    `host.provide(EVALUATOR, () => ({ name: 'deaf-evaluator', metrics: [], settings: {}, everyEpochs: 1, run: () => { (globalThis as any).acmeStop(); return never(); } }))`,
    'evaluator',
  );
  const stop = new AbortController();
  Object.assign(globalThis, { acmeStop: () => stop.abort() });
  const sections = { evaluators: ['deaf-evaluator'], train: { epochs: 2, batchSize: 4 }, runtime: { pluginSeconds: 0.3 } };
  expect(await train(config([deaf], sections), { signal: stop.signal })).toMatchObject({ outcome: 'stopped', step: 3 });
});
