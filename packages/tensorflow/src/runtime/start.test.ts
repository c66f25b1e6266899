import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compile, execute, liveHandles, runtimeInfo, startTensorFlow } from '../index.js';

const code = (name: string) => expect.objectContaining({ code: name }) as Error;

test('before the start everything says so', async () => {
  expect(() => runtimeInfo()).toThrow(code('MOCHI_TENSORFLOW_NOT_STARTED'));
  expect(() => liveHandles()).toThrow(code('MOCHI_TENSORFLOW_NOT_STARTED'));
  expect(() => execute('NoOp', [], [])).toThrow(code('MOCHI_TENSORFLOW_NOT_STARTED'));
  expect(() => compile(() => ({}))()).toThrow(code('MOCHI_TENSORFLOW_NOT_STARTED'));
  for (const threads of [0, { within: 1, between: 0.5 }])
    await expect(startTensorFlow({ threads })).rejects.toThrow(code('MOCHI_TENSORFLOW_OPTIONS'));
});

test('the start is idempotent and may happen twice at once', async () => {
  const [first, second] = await Promise.all([startTensorFlow({ threads: { within: 1, between: 2 } }), startTensorFlow()]);
  expect(second).toBe(first);
  expect(await startTensorFlow()).toBe(first);
  expect(first).toMatchObject({ threads: { within: 1, between: 2 }, version: expect.stringMatching(/^2\.\d+\.\d+/) as string });
  expect(first.devices[0]).toContain('CPU:0');
  expect(tf.getBackend()).toBe('tensorflow');
  expect(Array.from(tf.add(1, 2).dataSync())).toEqual([3]);
});

test('oneDNN is on unless the user says otherwise: the variable reaches TensorFlow', () => {
  expect(runtimeInfo().oneDnn).toBe(process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0');
});

test('other options, and another library, are refused', async () => {
  await expect(startTensorFlow({ threads: 2 })).rejects.toThrow(code('MOCHI_TENSORFLOW_OPTIONS'));
  const before = process.env['MOCHI_LIBTENSORFLOW'];
  process.env['MOCHI_LIBTENSORFLOW'] = '/nowhere';
  await expect(startTensorFlow()).rejects.toThrow(code('MOCHI_SECOND_TENSORFLOW'));
  if (before === undefined) delete process.env['MOCHI_LIBTENSORFLOW'];
  else process.env['MOCHI_LIBTENSORFLOW'] = before;
});

test('every kernel of the package is registered, and the gradients of TensorFlow.js', () => {
  expect(tf.getKernelsForBackend('tensorflow').length).toBeGreaterThan(150);
  for (const name of ['Sum', 'BatchMatMul', 'Conv2D', 'MaxPool', 'GatherV2', 'Softmax'])
    expect(tf.getGradient(name), name).toBeDefined();
});
