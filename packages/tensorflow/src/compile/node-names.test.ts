import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { scope, startTensorFlow, valueAndGrads } from '../index.js';
import { running } from '../runtime/runtime.js';
import { leaveNothing } from '../../test/leave-nothing.js';
import { NodeNames } from './node-names.js';

await startTensorFlow();
const { compiled } = leaveNothing();

/** Names of the nodes that `fn` adds while it is traced, in their order. */
function namesOf(fn: () => void): string[] {
  const { names } = running().binding.trace!;
  const found: string[] = [];
  const next = names.next.bind(names);
  names.next = (...args) => {
    found.push(next(...args));
    return found.at(-1)!;
  };
  fn();
  names.next = next;
  return found;
}

describe('names of nodes', () => {
  test('tell the scope and the parameters', () => {
    let names: string[] = [];
    const run = compiled((params: { 'layer1.conv.weight': tf.Tensor2D; 'head.weight': tf.Tensor2D }, x: tf.Tensor2D) => {
      let y: tf.Tensor = x;
      names = namesOf(() => {
        y = scope('query', () => tf.matMul(tf.relu(tf.matMul(x, params['layer1.conv.weight'])), params['head.weight']));
        y = scope('loss', () => scope('inner part', () => tf.neg(y)));
        y = tf.abs(y);
      });
      return y;
    });
    run({ 'layer1.conv.weight': tf.ones([3, 3]), 'head.weight': tf.ones([3, 2]) }, tf.ones([2, 3]));
    const ops = names.filter((name) => /MatMul|Relu|Neg|Abs/.test(name)).map((name) => name.replace(/_\d+$/, ''));
    expect(ops).toEqual([
      'query/layer1.conv-BatchMatMulV2',
      'query/layer1.conv-Relu',
      'query/head-BatchMatMulV2',
      'loss/inner.part/Neg', // computed from the head, but no part of it
      'Abs',
    ]);
  });

  test('of gradients are those of the op that they belong to', () => {
    let names: string[] = [];
    const run = compiled((params: { 'a.weight': tf.Tensor2D; 'b.weight': tf.Tensor2D }, x: tf.Tensor2D) => {
      let result = {};
      names = namesOf(() => {
        const loss = (p: typeof params): { loss: tf.Scalar } => ({
          loss: scope('query', () => tf.sum(tf.matMul(tf.matMul(x, p['a.weight']), p['b.weight']))),
        });
        result = valueAndGrads(loss, params).gradients;
      });
      return result;
    });
    run({ 'a.weight': tf.ones([3, 3]), 'b.weight': tf.ones([3, 3]) }, tf.ones([2, 3]));
    const backward = names.filter((name) => name.startsWith('backward/') && name.includes('MatMul'));
    expect(backward.map((name) => name.replace(/_\d+$/, ''))).toEqual([
      'backward/query/b-BatchMatMulV2',
      'backward/query/b-BatchMatMulV2',
      'backward/query/a-BatchMatMulV2',
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('what TensorFlow does not allow is left out', () => {
    const names = new NodeNames();
    names.open('_my scope:é');
    expect(names.next('Add')).toBe('.my.scope../Add_0');
  });
});

test('scope without a trace runs the function', () => {
  expect(scope('x', () => 5)).toBe(5);
});
