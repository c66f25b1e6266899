import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile/compile.js';
import { liveHandles } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import { execute } from '../runtime/execute.js';
import { valueAndGrads } from '../trees/gradients.js';
import { cond } from './index.js';

await startTensorFlow();

interface Inputs {
  readonly x: tf.Tensor1D;
  readonly scale: number;
}
const double = ({ x, scale }: Inputs) => ({ y: tf.mul<tf.Tensor1D>(x, scale), note: 'form', sum: tf.sum<tf.Scalar>(x) });
const nothing = ({ x }: Inputs) => ({ y: tf.zerosLike(x), note: 'form', sum: tf.scalar(NaN) });
const choose = (condition: tf.Tensor, x: tf.Tensor1D) => cond(condition, { x, scale: 2 }, double, nothing);

/** Handles, tensors and functions are as before. */
const leavesNothing = (fn: () => void): void => {
  const before = liveHandles();
  tf.tidy(fn);
  expect(liveHandles()).toEqual(before);
};

test.each(['eager', 'compiled'])('%s: the branch that the condition says, trees in and out', (how) =>
  leavesNothing(() => {
    const compiled = how === 'compiled' ? compile(choose) : undefined;
    const run = compiled ?? choose;
    const x = tf.tensor1d([1, 2, 3]);
    const yes = run(tf.scalar(true, 'bool'), x);
    expect(yes.y).toBeAllClose([2, 4, 6]);
    expect(yes.sum).toBeAllClose([6]);
    const no = run(tf.scalar(false, 'bool'), x);
    expect(no.y).toBeAllClose([0, 0, 0]);
    expect(no.sum.dataSync()[0]).toBeNaN();
    expect(no.note).toBe('form');
    if (compiled) expect(compiled.traces).toBe(1);
    compiled?.dispose();
  }),
);

test('one within the other, in a compiled function: all functions go with it', () =>
  leavesNothing(() => {
    const sign = compile((x: tf.Scalar) =>
      cond(
        tf.greater(x, 0),
        x,
        () => tf.scalar(1),
        (inner) =>
          cond(
            tf.less(inner, 0),
            inner,
            () => tf.scalar(-1),
            () => tf.scalar(0),
          ),
      ),
    );
    expect([3, -2, 0].map((value) => sign(tf.scalar(value)).dataSync()[0])).toEqual([1, -1, 0]);
    sign.dispose();
  }));

test('only the chosen branch runs: the other would fail', () =>
  leavesNothing(() => {
    const fails = (x: tf.Tensor): tf.Tensor => execute('CheckNumerics', [{ name: 'message', type: 0, value: 'ran' }], [x])[0]!;
    const run = compile((condition: tf.Tensor, x: tf.Tensor) => cond(condition, x, fails, (same) => tf.neg(same)));
    const x = tf.scalar(NaN);
    expect(run(tf.scalar(false, 'bool'), x).dataSync()[0]).toBeNaN();
    expect(() => run(tf.scalar(true, 'bool'), x)).toThrow(/ran/);
    run.dispose();
  }));

describe('what may not be', () => {
  const yes = () => tf.scalar(true, 'bool');

  test('branches of different forms', () =>
    leavesNothing(() => {
      const run = compile((x: tf.Tensor) => cond<tf.Tensor, object>(yes(), x, (y) => ({ y }), (y) => ({ z: y }))); // prettier-ignore
      expect(() => run(tf.scalar(1))).toThrow(/same form/);
      run.dispose();
    }));

  test('a tensor from outside', () =>
    leavesNothing(() => {
      const outside = tf.add(tf.scalar(1), 1);
      const run = compile((x: tf.Tensor) => cond(yes(), x, (y) => tf.add(y, outside), (y) => y)); // prettier-ignore
      expect(() => run(tf.scalar(1))).toThrow(/among the inputs/);
      run.dispose();
    }));
});

test.each(['eager', 'compiled'])('%s: no gradient', (how) =>
  leavesNothing(() => {
    const gradient = (w: tf.Scalar) =>
      valueAndGrads(({ w }) => ({ loss: tf.add<tf.Scalar>(w, cond(tf.scalar(true, 'bool'), w, tf.square, tf.neg)) }), { w }).gradients.w!; // prettier-ignore
    const compiled = how === 'compiled' ? compile(gradient) : undefined;
    expect((compiled ?? gradient)(tf.scalar(3))).toBeAllClose([1]);
    compiled?.dispose();
  }),
);
