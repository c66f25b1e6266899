import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chromeTrace, Pipeline, recordOps, scope, startTensorFlow, summariseOps, type OpTrace } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
const { compiled } = leaveNothing();

const step = (params: { 'layer1.weight': tf.Tensor4D; 'layer2.weight': tf.Tensor4D }, x: tf.Tensor4D) =>
  scope('query', () =>
    tf.sum(tf.relu(tf.conv2d(tf.relu(tf.conv2d(x, params['layer1.weight'], 1, 'same')), params['layer2.weight'], 1, 'same'))),
  );

/** Two runs of a compiled function, recorded. */
async function recorded(): Promise<OpTrace> {
  const run = compiled(step, { name: 'train-step' });
  const params = { 'layer1.weight': tf.ones<tf.Rank.R4>([3, 3, 3, 4]), 'layer2.weight': tf.ones<tf.Rank.R4>([3, 3, 4, 8]) };
  const x = tf.ones<tf.Rank.R4>([64, 32, 32, 3]);
  await run.runAsync(params, x);
  const recording = recordOps();
  for (let i = 0; i < 2; i++) await run.runAsync(params, x);
  return recording.stop();
}

test('every op of a compiled function is recorded, with its layer, shapes and times', async () => {
  const trace = await recorded();
  const convolutions = trace.ops.filter(({ op }) => /Conv2D/.test(op));
  expect(convolutions.map(({ node }) => node.replace(/Conv2D_\d+|Relu_\d+/, 'n'))).toEqual(
    expect.arrayContaining(['query/layer1-n', 'query/layer2-n']),
  );
  expect(convolutions).toHaveLength(4); // two in each of two runs
  expect(convolutions.every(({ within }) => /^mochi_train_step_\d+$/.test(within!))).toBe(true);
  expect(convolutions.map(({ inputs }) => inputs)).toContain('(float[64,32,32,3];float[3,3,3,4])');
  for (const { ms, selfMs, startMs } of trace.ops) {
    expect(ms).toBeGreaterThan(0);
    expect(selfMs).toBeLessThanOrEqual(ms);
    expect(startMs).toBeGreaterThanOrEqual(0);
  }
  expect(Math.max(...Object.values(trace.peakBytes))).toBeGreaterThanOrEqual(64 * 32 * 32 * 4 * 4); // the first layer's output
});

test('tables: counts and times of one step, most expensive first, shares that add up', async () => {
  const { ops } = await recorded();
  const { byType, byNode, byScope } = summariseOps(ops, 2);
  const convolutions = byType.filter(({ name }) => /Conv2D/.test(name)); // two, where one is fused with what follows it
  expect(convolutions.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  expect(convolutions[0]!.part).toBe('train_step');
  const query = byScope.find(({ name }) => name === 'query')!;
  expect(query.ms).toBeGreaterThanOrEqual(convolutions[0]!.ms);
  const layer1 = byNode.find(({ name, op }) => name.startsWith('query/layer1-') && /Conv2D/.test(op))!;
  expect(layer1).toMatchObject({ count: 1, shapes: expect.stringContaining('float[64,32,32,3] float[3,3,3,4]') as string });
  for (const table of [byType, byNode, byScope]) {
    expect(table.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(table.map(({ ms }) => ms)).toEqual(table.map(({ ms }) => ms).sort((a, b) => b - a));
    expect(table.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(ops.reduce((sum, { selfMs }) => sum + selfMs, 0) / 2, 6);
  }
});

test('ops of an input pipeline are told apart', async () => {
  const recording = recordOps();
  const batches = Pipeline.fromTensors({ x: tf.range(0, 4) })
    .map(({ x }) => ({ x: tf.square(x!) }))
    .batch(4)
    .iterate();
  const { x } = (await batches.next())!;
  batches.dispose();
  const { ops } = recording.stop();
  expect(Array.from(x!.dataSync())).toEqual([0, 1, 4, 9]);
  const squares = ops.filter(({ op }) => op === 'Square');
  expect(squares).toHaveLength(4);
  expect(squares.every(({ within }) => within === null)).toBe(true);
  expect(summariseOps(squares, 1).byType[0]).toMatchObject({ name: 'Square', part: 'input', count: 4 });
});

test('a Chrome trace has host and ops on one axis, in order', async () => {
  const before = performance.now();
  const trace = await recorded();
  const host = [
    { name: 'second', startMs: before + 0.5, ms: 1, args: { step: 2 } },
    { name: 'first', startMs: before, ms: 0.5 },
  ];
  const { traceEvents } = JSON.parse(JSON.stringify(chromeTrace(host, trace))) as ReturnType<typeof chromeTrace>;
  const spans = traceEvents.filter(({ ph }) => ph === 'X');
  expect(spans.slice(0, 2).map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
    ['first', 0, 500],
    ['second', 500, 1000],
  ]);
  expect(spans.map(({ ts }) => ts)).toEqual(spans.map(({ ts }) => ts).sort((a, b) => a - b));
  expect(spans.some(({ name, cat }) => /^query\/layer1-/.test(name) && /Conv2D/.test(cat!))).toBe(true);
  const named = new Set(
    traceEvents.filter(({ ph, name }) => ph === 'M' && name === 'thread_name').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  expect(spans.every(({ pid, tid }) => named.has(`${pid} ${tid}`))).toBe(true);
});

test('one recording at a time; afterwards the next', () => {
  const recording = recordOps();
  expect(() => recordOps()).toThrow(expect.objectContaining({ code: 'MOCHI_PROFILER_BUSY' }) as Error);
  recording.stop();
  expect(recordOps().stop().ops).toEqual([]);
});
