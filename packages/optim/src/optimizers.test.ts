import type { Optimizer, Tensors } from '@mochi/contract';
import { compile, createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { adamwRule, larsRule, sgdRule, type Leaf } from '../test/recursions.js';
import { adamw, lars, sgd } from './index.js';

await startTensorFlow();

const sgdOf = { momentum: 0.9, weightDecay: 0.05, nesterov: false, excludeBias: false };
const larsOf = { momentum: 0.9, weightDecay: 0.05, trust: 0.02, excludeBias: true };
const adamwOf = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, excludeBias: false };

const cases: { name: string; optimizer: Optimizer; rule: ReturnType<typeof sgdRule>; slots: string[] }[] = [
  { name: 'sgd', optimizer: sgd({ rate: 0.1, ...sgdOf }), rule: sgdRule(sgdOf), slots: ['momentum'] },
  {
    name: 'sgd, nesterov',
    optimizer: sgd({ ...sgdOf, nesterov: true }),
    rule: sgdRule({ ...sgdOf, nesterov: true }),
    slots: ['momentum'],
  },
  {
    name: 'sgd without momentum',
    optimizer: sgd({ ...sgdOf, momentum: 0 }),
    rule: sgdRule({ ...sgdOf, momentum: 0 }),
    slots: [],
  },
  {
    name: 'sgd, biases not decayed',
    optimizer: sgd({ ...sgdOf, excludeBias: true }),
    rule: sgdRule({ ...sgdOf, excludeBias: true }),
    slots: ['momentum'],
  },
  { name: 'lars', optimizer: lars(larsOf), rule: larsRule(larsOf), slots: ['momentum'] },
  {
    name: 'lars, biases too',
    optimizer: lars({ ...larsOf, excludeBias: false }),
    rule: larsRule({ ...larsOf, excludeBias: false }),
    slots: ['momentum'],
  },
  { name: 'adamw', optimizer: adamw(adamwOf), rule: adamwRule(adamwOf), slots: ['mean', 'square'] },
  {
    name: 'adamw, biases not decayed',
    optimizer: adamw({ ...adamwOf, excludeBias: true }),
    rule: adamwRule({ ...adamwOf, excludeBias: true }),
    slots: ['mean', 'square'],
  },
];

const SHAPES = { 'conv1.weight': [3, 3, 2, 4], 'bn1.bias': [4], 'fc.weight': [4, 3] };
const RATES = [0.1, 0.08, 0.03, 0.2, 0.01];

const drawn = (stream: string): Tensors => {
  const rng = createRng(3, stream);
  return Object.fromEntries(Object.entries(SHAPES).map(([name, shape]) => [name, rng.fork(name).normal(shape)]));
};

type Update = Optimizer['update'];

/** Follows the float64 recursion for some steps; `update` is the optimizer's own or a compiled one. */
function follow({ optimizer, rule, slots: names }: (typeof cases)[number], update: Update): void {
  let params = drawn('weights');
  let slots = optimizer.init(params);
  expect(Object.keys(slots)).toEqual(names);
  const leaves = Object.entries(params).map(([name, { rank }]) => ({
    name,
    leaf: { w: Array.from(params[name]!.dataSync()), bias: rank === 1 } satisfies Leaf,
    memory: {} as Record<string, number[]>,
  }));
  RATES.forEach((rate, step) => {
    const gradients = drawn(`gradients-${step}`);
    const scalars = [tf.scalar(rate), tf.scalar(step, 'int32')] as const;
    const next = update(params, gradients, slots, ...scalars);
    expect(Object.keys(next.params)).toEqual(Object.keys(SHAPES));
    for (const { name, leaf, memory } of leaves) {
      leaf.w = rule(leaf, Array.from(gradients[name]!.dataSync()), memory, rate, step);
      expect(next.params[name]).toBeAllClose(leaf.w, { rtol: 2e-5, atol: 2e-6 });
      for (const slot of names) expect(next.slots[slot]![name]).toBeAllClose(memory[slot]!, { rtol: 2e-5, atol: 2e-6 });
    }
    disposeTree([params, gradients, ...Object.values(slots), ...scalars]);
    ({ params, slots } = next);
  });
  disposeTree([params, ...Object.values(slots)]);
}

describe.each(cases)('$name', (entry) => {
  const { optimizer } = entry;

  test('follows its float64 recursion', () => follow(entry, (...given) => optimizer.update(...given)));

  test('compiled equals the recursion too, with a symbolic step', () => {
    const compiled = compile(
      (params: Tensors, gradients: Tensors, slots: Record<string, Tensors>, rate: tf.Scalar, step: tf.Scalar) =>
        optimizer.update(params, gradients, slots, rate, step),
      { name: 'update' },
    );
    follow(entry, (...given) => compiled(...given));
    expect(compiled.traces).toBe(1);
    compiled.dispose();
  });

  test('leaves nothing behind', () => {
    const params = drawn('weights');
    leakFree([params, drawn('gradients'), optimizer.init(params), tf.scalar(0.1), tf.scalar(4, 'int32')] as const, (...given) =>
      optimizer.update(...given),
    );
  });
});

test('lars leaves a layer of zeros, or without a gradient, at a factor of 1', () => {
  const params = { a: tf.zeros([2, 2]), b: tf.ones([2, 2]) };
  const gradients = { a: tf.fill([2, 2], 0.5), b: tf.zeros([2, 2]) };
  const optimizer = lars({ momentum: 0, weightDecay: 0, trust: 0.001 });
  leakFree(
    [params, gradients, optimizer.init(params), tf.scalar(1), tf.scalar(0, 'int32')] as const,
    (...given) => optimizer.update(...given),
    (next) => {
      expect(next.params['a']).toBeAllClose(Array(4).fill(-0.5));
      expect(next.params['b']).toBeAllClose(Array(4).fill(1));
    },
  );
});

test('adamw divides by the right correction late in a run', () => {
  const optimizer = adamw({ rate: 1, weightDecay: 0, epsilon: 1e-12 });
  const params = { w: tf.zeros([1, 1]) };
  const slots = { mean: { w: tf.zeros([1, 1]) }, square: { w: tf.zeros([1, 1]) } };
  leakFree(
    [params, { w: tf.ones([1, 1]) }, slots, tf.scalar(1), tf.scalar(99, 'int32')] as const,
    (...given) => optimizer.update(...given),
    (next) =>
      expect(next.params['w']).toBeAllClose([-0.1 / (1 - 0.9 ** 100) / Math.sqrt(0.001 / (1 - 0.999 ** 100))], { rtol: 1e-6 }),
  );
});

test('what is missing is named', () => {
  const params = { a: tf.zeros([2]), b: tf.zeros([2]) };
  const given = [tf.scalar(1), tf.scalar(0, 'int32')] as const;
  const optimizer = sgd();
  const slots = optimizer.init(params);
  expect(() => optimizer.update(params, { a: params.a }, slots, ...given)).toThrow(/no gradient for b/);
  expect(() => optimizer.update(params, params, {}, ...given)).toThrow(
    expect.objectContaining({ code: 'MOCHI_SLOT_MISSING' }) as Error,
  );
  disposeTree([params, ...Object.values(slots), ...given]);
});

test('options: a misspelt or impossible one is an error', () => {
  expect(() => sgd({ wd: 1 } as never)).toThrow(/wd/);
  expect(() => sgd({ momentum: 0, nesterov: true })).toThrow(/nesterov needs momentum/);
  expect(() => adamw({ beta1: 1 })).toThrow();
  expect(lars().rate).toBe(0.3);
});
