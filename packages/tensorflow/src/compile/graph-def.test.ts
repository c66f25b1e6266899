import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { liveHandles, startTensorFlow, traceGraphDef } from '../index.js';

await startTensorFlow();

test('a traced graph names its inputs, outputs and what it captured, and leaves nothing in the context', () => {
  const outer = tf.add(tf.scalar(1), 1); // a value that TensorFlow computed: a capture, not a constant
  const before = liveHandles();
  const traced = traceGraphDef((x, y) => [tf.mul(tf.add(x!, y!), outer), x!], [
    { dtype: 'float32', shape: [null, 3] },
    { dtype: 'float32', shape: [3] },
  ]); // prettier-ignore
  const text = Buffer.from(traced.bytes).toString('latin1');
  for (const op of ['Placeholder', 'Add', 'Mul', 'Identity']) expect(text).toContain(op);
  for (const name of [...traced.inputs, ...traced.outputs.map((output) => output.split(':')[0]!)]) expect(text).toContain(name);
  expect(new Set(traced.inputs).size).toBe(2);
  expect(traced.outputs.map((output) => output.split(':')[1])).toEqual(['0', '0']);
  const [[name, captured]] = Object.entries(traced.captured) as [[string, tf.Tensor]];
  expect(text).toContain(name);
  expect(captured.dataSync()[0]).toBe(2);
  captured.dispose();
  expect(liveHandles()).toEqual(before);
  outer.dispose();
});

test('a function that throws leaves nothing either', () => {
  const before = liveHandles();
  const broken = () => {
    throw new Error('mine');
  };
  expect(() => traceGraphDef(broken, [{ dtype: 'float32', shape: [2] }])).toThrow('mine');
  expect(liveHandles()).toEqual(before);
});
