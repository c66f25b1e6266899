import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { attr, compile, disposeTree, execute, liveHandles, startTensorFlow, stopGradient, valueAndGrads } from '../index.js';
import { leaveNothing } from '../../test/leave-nothing.js';

await startTensorFlow();
const { compiled } = leaveNothing();

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('a compiled function', () => {
  test('equals the eager one, gradients included', () => {
    const images = tf.randomNormal([2, 8, 8, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const labels = tf.oneHot(tf.tensor1d([0, 3], 'int32'), 5);
    const params = {
      kernel: tf.randomNormal([3, 3, 3, 4], 0, 1, 'float32', 2),
      dense: tf.randomNormal([4, 5], 0, 1, 'float32', 3),
    };
    const step = (p: typeof params, x: tf.Tensor4D, y: tf.Tensor) =>
      valueAndGrads((w) => {
        const features = tf.mean(tf.relu(tf.conv2d(x, w.kernel as tf.Tensor4D, 1, 'same')), [1, 2]);
        const logits = tf.matMul(features, w.dense as tf.Tensor2D);
        const probabilities = tf.softmax(logits);
        return {
          loss: tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(probabilities)), 1))) as tf.Scalar,
          aux: { logits, own: tf.gather(logits, tf.tensor1d([1, 0], 'int32')) },
        };
      }, p);
    const eager = step(params, images, labels);
    const traced = compiled(step)(params, images, labels);
    expect(traced.loss).toBeAllClose(eager.loss);
    expect(traced.gradients.kernel).toBeAllClose(eager.gradients.kernel);
    expect(traced.gradients.dense).toBeAllClose(eager.gradients.dense);
    expect(traced.aux.own).toBeAllClose(eager.aux.own);
    expect(traced.gradients.kernel.shape).toEqual([3, 3, 3, 4]);
  });

  test('custom gradients and raw ops', () => {
    const double = tf.customGrad((x) => ({
      value: execute('Add', [], [x as tf.Tensor, x as tf.Tensor])[0]!,
      gradFunc: (dy) => tf.mul(dy as tf.Tensor, 7),
    }));
    const run = compiled((x: tf.Tensor) => tf.grad((v) => tf.sum(double(v)))(x));
    expect(values(run(tf.tensor1d([1, 2])))).toEqual([7, 7]);
  });

  test('takes and returns trees: records, arrays, statics, undefined', () => {
    const run = compiled(
      (a: { x: tf.Tensor; list: [tf.Tensor, { n: number; mode: string; off?: undefined }] }, flag: boolean | null) => ({
        sum: tf.add(a.x, a.list[0]),
        more: [tf.mul(a.x, a.list[1].n)],
        mode: a.list[1].mode,
        flag,
      }),
    );
    const result = run({ x: tf.scalar(2), list: [tf.scalar(3), { n: 10, mode: 'm' }] }, true);
    expect([values(result.sum), values(result.more[0]!), result.mode, result.flag]).toEqual([[5], [20], 'm', true]);
  });

  test('is traced once for each signature', () => {
    const run = compiled((x: tf.Tensor, options: { scale: number; name?: string }) => tf.mul(x, options.scale));
    const calls: [tf.Tensor, { scale: number; name?: string }, number][] = [
      [tf.tensor1d([1, 2]), { scale: 2 }, 1],
      [tf.tensor1d([3, 4]), { scale: 2 }, 1],
      [tf.tensor1d([1, 2, 3]), { scale: 2 }, 2], // another shape
      [tf.tensor1d([1, 2], 'int32'), { scale: 2 }, 3], // another dtype
      [tf.tensor1d([1, 2]), { scale: 3 }, 4], // another static
      [tf.tensor1d([1, 2]), { scale: 2, name: 'x' }, 5], // another structure
      [tf.tensor1d([5, 6]), { scale: 3 }, 4],
    ];
    const traces = new Set<number>();
    for (const [x, options, count] of calls) {
      expect(values(run(x, options))).toEqual(values(x).map((value) => value * options.scale));
      traces.add(count);
      expect(run.traces).toBe(traces.size);
    }
  });

  test('statics that print alike are told apart', () => {
    const run = compiled((x: tf.Tensor, ...rest: unknown[]) => tf.add(x, rest.length));
    for (const rest of [[1], ['1'], [null], ['null'], [undefined], [true], ['true'], [0], [-0], [[]], [{}], [[], []], [[[]]]])
      run(tf.scalar(1), ...rest);
    expect(run.traces).toBe(13);
  });

  test('hands inputs, captured tensors, host constants and duplicates through', () => {
    const outer = tf.add(tf.scalar(4), 1);
    const run = compiled((x: tf.Tensor) => {
      const y = tf.neg(x);
      return { x, again: x, outer, constant: tf.scalar(9), y, copy: y, clone: tf.clone(x), stopped: stopGradient(x) };
    });
    for (let i = 0; i < 2; i++) {
      const result = run(tf.scalar(i));
      expect(Object.values(result).map((tensor) => values(tensor)[0])).toEqual(
        [i, i, 5, 9, -i, -i, i, i].map((value) => (Object.is(value, -0) ? -0 : value)),
      );
      expect(new Set(Object.values(result).map((tensor) => tensor.dataId)).size).toBe(8);
      disposeTree(result);
    }
  });

  test('may have no outputs and no inputs', () => {
    expect(compiled(() => ({}))()).toEqual({});
    expect(values(compiled(() => tf.scalar(3))())).toEqual([3]);
  });

  test('nested: becomes part of the outer one', () => {
    const inner = compiled((x: tf.Tensor) => tf.square(x));
    const outer = compiled((x: tf.Tensor) => tf.grad((v) => tf.sum(inner(v)))(x));
    expect(values(outer(tf.tensor1d([3])))).toEqual([6]);
    expect(inner.traces).toBe(0);
    expect(values(inner(tf.tensor1d([3])))).toEqual([9]);
    expect(inner.traces).toBe(1);
  });

  test('within a gradient it is no black box', () => {
    const inner = compiled((x: tf.Tensor) => tf.square(x));
    expect(values(tf.grad((x) => tf.add(tf.sum(inner(x)), tf.sum(x)))(tf.tensor1d([3])))).toEqual([7]);
  });

  test('lists as inputs: concat, stack, addN, split', () => {
    const run = compiled((a: tf.Tensor1D, b: tf.Tensor1D) => [
      tf.concat([a, b]),
      tf.stack([a, b, a]),
      tf.addN([a, b, b]),
      ...tf.split(a, 2),
    ]);
    const results = run(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
    expect(results.map(values)).toEqual([[1, 2, 3, 4], [1, 2, 3, 4, 1, 2], [7, 10], [1], [2]]); // prettier-ignore
  });

  test('stateful ops run, in their order, though no output needs them', () => {
    const handle = execute('VarHandleOp', [attr.type('dtype', 'float32'), attr.shape('shape', [])], [])[0]!;
    const run = compiled((v: tf.Tensor, x: tf.Tensor) => {
      execute('AssignVariableOp', [attr.type('dtype', 'float32')], [v, x], 0);
      execute('AssignAddVariableOp', [attr.type('dtype', 'float32')], [v, tf.scalar(1)], 0);
      const [first] = execute('ReadVariableOp', [attr.type('dtype', 'float32')], [v]);
      execute('AssignAddVariableOp', [attr.type('dtype', 'float32')], [v, tf.scalar(10)], 0);
      return first!;
    });
    for (const x of [5, 6]) {
      expect(values(run(handle, tf.scalar(x)))).toEqual([x + 1]);
      expect(values(execute('ReadVariableOp', [attr.type('dtype', 'float32')], [handle])[0]!)).toEqual([x + 11]);
    }
  });

  test('strings', () => {
    const suffix = tf.tensor1d(['!', '?']);
    const run = compiled((x: tf.Tensor) => execute('StringJoin', [attr.int('N', 2)], [x, suffix])[0]!);
    expect(values(run(tf.tensor1d(['a', 'b'])))).toEqual(['a!', 'b?']);
    expect(values(run(tf.tensor1d(['c', 'ü'])))).toEqual(['c!', 'ü?']);
  });
});

describe('tensors from outside', () => {
  test('are kept alive, with the value of the time of tracing', () => {
    const outer = tf.add(tf.tensor1d([1, 2]), 0);
    const host = tf.tensor1d([10, 20]);
    const large = tf.fill([300, 300], 2);
    const largeHost = tf.tensor2d(new Float32Array(90_000).fill(3), [300, 300]);
    const run = compiled((x: tf.Tensor) => tf.add(tf.add(tf.mul(x, outer), host), tf.add(tf.max(large), tf.max(largeHost))));
    expect(values(run(tf.scalar(1)))).toEqual([16, 27]);
    expect(values(largeHost).length).toBe(90_000); // still usable outside
    expect(values(host)).toEqual([10, 20]);
    tf.dispose([outer, host, large, largeHost]);
    expect(values(run(tf.scalar(2)))).toEqual([17, 29]);
  });

  test('a variable counts with its value at each run', () => {
    for (const initial of [tf.scalar(1), tf.add(tf.scalar(1), 0)]) {
      const variable = tf.variable(initial);
      const run = compiled((x: tf.Tensor) => tf.mul(x, variable));
      expect(values(run(tf.scalar(5)))).toEqual([5]);
      variable.assign(tf.scalar(2));
      expect(values(run(tf.scalar(5)))).toEqual([10]);
      variable.dispose();
    }
  });
});

test('nothing leaks over 100 runs', async () => {
  const outer = tf.add(tf.ones([3]), 1);
  const run = compiled((x: tf.Tensor) => ({ a: tf.mul(x, outer), b: [tf.sum(x)] }));
  const x = tf.ones([3]);
  disposeTree(run(x));
  const before = liveHandles();
  for (let i = 0; i < 100; i++) disposeTree(i % 2 ? run(x) : await run.runAsync(x));
  expect(liveHandles()).toEqual(before);
});

test('many signatures leave nothing behind after dispose()', () => {
  const outer = tf.add(tf.ones([1]), 1);
  outer.dataSync();
  const x = Array.from({ length: 20 }, (_, i) => tf.ones([i + 1]));
  const before = liveHandles();
  const run = compile((t: tf.Tensor) => tf.sum(tf.mul(t, outer)));
  for (const t of x) run(t).dispose();
  expect(liveHandles().functions).toBe(before.functions + 20);
  run.dispose();
  for (const t of x) t.dispose();
  expect(liveHandles().functions).toBe(before.functions);
});

test('XLA', () => {
  const run = compiled((x: tf.Tensor) => tf.sum(tf.square(x)), { xla: true } as never);
  expect(values(run(tf.tensor1d([3, 4])))).toEqual([25]);
});
