import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  disposeTree,
  flattenTree,
  liveHandles,
  mapTree,
  startTensorFlow,
  stopGradient,
  treeEntries,
  valueAndGrads,
} from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
leaveNothing();
const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

describe('trees', () => {
  const tree = () => ({ 'layer1.0': tf.scalar(1), list: [tf.scalar(2), { c: tf.scalar(3) }], gone: undefined });
  test('flattenTree and treeEntries: paths in the order of keys', () => {
    const t = tree();
    expect(flattenTree(t).map(({ path, tensor }) => [path, values(tensor)[0]])).toEqual([['layer1.0', 1], ['list/0', 2], ['list/1/c', 3]]); // prettier-ignore
    expect(new Map(treeEntries(t)).get('list/1/c')).toBe(t.list[1] === undefined ? undefined : (t.list[1] as { c: tf.Tensor }).c);
    expect(flattenTree(t['layer1.0'])[0]!.path).toBe('');
  });
  test('mapTree keeps the form and leaves its input untouched', () => {
    const t = tree();
    const doubled = mapTree(t, (tensor, path) => tf.mul(tensor, path.length));
    expect(flattenTree(doubled).map(({ tensor }) => values(tensor)[0])).toEqual([8, 12, 24]);
    expect('gone' in doubled).toBe(true);
    expect(values(t['layer1.0'])).toEqual([1]);
  });
  test('disposeTree, twice the same tensor too', () => {
    const x = tf.scalar(1);
    disposeTree([x, { x }]);
    expect(x.isDisposed).toBe(true);
  });
  test.each([[[1]], [{ a: 'x' }], [new Map()], [null]])('%s is no tree of tensors', (bad) => {
    expect(() => flattenTree(bad)).toThrow(code('MOCHI_BAD_TREE'));
  });
});

describe('stopGradient', () => {
  test('cuts the tape and copies nothing', () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(x, stopGradient(x))))(tf.tensor1d([3, 4]));
    expect(values(gradient)).toEqual([3, 4]);
    const x = tf.add(tf.ones([2]), 1);
    const handles = liveHandles().handles;
    const y = stopGradient(x);
    expect(y.dataId).toBe(x.dataId);
    expect(liveHandles().handles).toBe(handles);
    x.dispose();
    expect(values(y)).toEqual([2, 2]);
    y.dispose();
    expect(liveHandles().handles).toBe(handles - 1);
  });
  test('works on values that are still on the host', () => {
    const x = tf.tensor1d([1, 2]);
    const y = stopGradient(x);
    x.dispose();
    expect(values(tf.neg(y))).toEqual([-1, -2]);
  });
});

describe('valueAndGrads', () => {
  test('loss, gradients by name, aux as constants', () => {
    const before = tf.memory().numTensors;
    const params = { w: tf.tensor1d([1, 2]), b: tf.scalar(3) };
    const outside = tf.scalar(9);
    const { loss, gradients, aux } = valueAndGrads(({ w, b }) => {
      const y = tf.add(tf.square(w), b);
      return { loss: tf.sum(y) as tf.Scalar, aux: { y, list: [outside, w] } };
    }, params);
    expect(values(loss)).toEqual([11]);
    expect(values(gradients.w)).toEqual([2, 4]);
    expect(values(gradients.b)).toEqual([2]);
    expect([values(aux.y), values(aux.list[0]!), values(aux.list[1]!)]).toEqual([[4, 7], [9], [1, 2]]);
    disposeTree({ loss, gradients, aux, params, outside });
    expect(tf.memory().numTensors).toBe(before);
  });
  test('aux belongs to the scope around', () => {
    const params = { w: tf.scalar(2) };
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      valueAndGrads(({ w }) => ({ loss: tf.square(w) as tf.Scalar, aux: [tf.neg(w)] }), params);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
  test('inside of another gradient', () => {
    const outer = tf.grad((x) => {
      const { gradients } = valueAndGrads(({ w }) => ({ loss: tf.mul(tf.square(w), w) as tf.Scalar }), { w: x as tf.Scalar });
      return tf.add(gradients.w, 0);
    });
    expect(values(outer(tf.scalar(2)))).toEqual([12]); // of 3 w^2
  });
  test('parameters without a gradient are named', () => {
    const params = { used: tf.scalar(1), unused: tf.scalar(2) };
    const before = tf.memory().numTensors;
    expect(() => valueAndGrads(({ used }) => ({ loss: tf.square(used) as tf.Scalar, aux: tf.neg(used) }), params)).toThrow(
      /depend on 1 .*: unused/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
  test('the loss must be a scalar', () => {
    expect(() => valueAndGrads(({ w }) => ({ loss: w as never }), { w: tf.ones([2]) })).toThrow(code('MOCHI_LOSS_NOT_SCALAR'));
  });
});
