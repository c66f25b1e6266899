import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  attr,
  compile,
  disposeTree,
  execute,
  isTracing,
  liveHandles,
  startTensorFlow,
  stopGradient,
  traceFunction,
  valueAndGrads,
} from '../index.js';

await startTensorFlow();
tf.engine().startScope();
const start = liveHandles();
const made: { dispose(): void }[] = [];
const compiled = ((fn: never, options?: never) => {
  const result = compile(fn, options);
  made.push(result);
  return result;
}) as typeof compile;
afterEach(() => {
  for (const each of made.splice(0)) each.dispose();
  tf.engine().endScope();
  tf.engine().startScope();
  expect(liveHandles()).toEqual(start);
});

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const code = (name: string) => expect.objectContaining({ code: name }) as Error;

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

describe('what cannot be traced is refused', () => {
  test('reading a value, with op and place', () => {
    const run = compiled((x: tf.Tensor) => tf.scalar(tf.square(x).dataSync()[0]! > 1 ? 1 : 0));
    expect(() => run(tf.scalar(2))).toThrow(code('MOCHI_READ_WHILE_TRACING'));
    expect(() => run(tf.scalar(2))).toThrow(/output of Square.*compile\.test\.ts:\d+:\d+/);
    expect(isTracing()).toBe(false);
  });
  test('reading an argument', () => {
    expect(() => compiled((x: tf.Tensor) => tf.scalar(x.arraySync() as number))(tf.scalar(2))).toThrow(/an argument/);
  });
  test('drawing in JavaScript, with op and place', () => {
    expect(() => compiled((x: tf.Tensor) => tf.add(x, tf.randomUniform([2])))(tf.scalar(2))).toThrow(
      /tf\.randomUniform was called.*compile\.test\.ts:\d+/,
    );
    expect(() => compiled((x: tf.Tensor) => tf.dropout(x, 0.5))(tf.ones([2]))).toThrow(code('MOCHI_DRAW_WHILE_TRACING'));
    expect(() => compiled(() => tf.truncatedNormal([2]))()).toThrow(code('MOCHI_DRAW_WHILE_TRACING'));
  });
  test('arguments and results that are no trees', () => {
    expect(() => compiled((x: Date) => tf.scalar(x.getTime()))(new Date())).toThrow(/object of Date at `0`/);
    expect(() => compiled(() => ({ a: [new Map()] }))()).toThrow(/result of .* has an object of Map at `a\/0`/);
    expect(() => compiled(async () => tf.scalar(1))()).toThrow(/object of Promise/);
  });
  test('a tensor that escaped', () => {
    let kept: tf.Tensor | undefined;
    compiled((x: tf.Tensor) => {
      kept = tf.keep(tf.square(x));
      return x;
    })(tf.scalar(1));
    expect(() => tf.neg(kept!)).toThrow(code('MOCHI_TRACED_VALUE_ESCAPED'));
    expect(() => kept!.dataSync()).toThrow(code('MOCHI_TRACED_VALUE_ESCAPED'));
    kept!.dispose();
  });
  test('an error within fn goes through, and the next call is sound', () => {
    let fail = true;
    const run = compiled((x: tf.Tensor) => {
      const y = tf.square(x);
      if (fail) throw new RangeError('mine');
      return y;
    });
    expect(() => run(tf.scalar(3))).toThrow(new RangeError('mine'));
    fail = false;
    expect(values(run(tf.scalar(3)))).toEqual([9]);
  });
  test('a call after dispose()', async () => {
    const run = compile((x: tf.Tensor) => x);
    run(tf.scalar(1));
    run.dispose();
    expect(() => run(tf.scalar(1))).toThrow(code('MOCHI_COMPILED_DISPOSED'));
    await expect(run.runAsync(tf.scalar(1))).rejects.toThrow(code('MOCHI_COMPILED_DISPOSED'));
  });
  test('the message of a failure at run time names the function', () => {
    const run = compiled((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D), { name: 'picks' } as never);
    expect(() => run(tf.tensor1d([1, 2]), tf.tensor1d([5], 'int32'))).toThrow(/mochi_picks_\d+.*is not in \[0, 2\)/s);
  });
});

describe('runAsync', () => {
  const heavy = (x: tf.Tensor) => {
    let y = x;
    for (let i = 0; i < 6; i++) y = tf.div(tf.matMul(y as tf.Tensor2D, x as tf.Tensor2D), 1000);
    return y;
  };
  test('leaves the event loop free', async () => {
    const x = tf.ones([1000, 1000]);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const result = await compiled(heavy).runAsync(x);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(result.dataSync()[0]).toBeCloseTo(1);
  });
  test('runs at the same time as others and as eager ops; arguments may be disposed at once', async () => {
    const run = compiled((x: tf.Tensor) => tf.sum(heavy(x)));
    const results = [1, 2, 3, 4].map((value) => {
      const x = tf.fill([200, 200], value);
      const result = run.runAsync(x);
      x.dispose();
      return result;
    });
    const eager = [1, 2, 3, 4].map((value) => values(tf.tidy(() => tf.sum(heavy(tf.fill([200, 200], value)))))[0]!);
    const got = (await Promise.all(results)).map((tensor) => values(tensor)[0]!);
    got.forEach((value, i) => expect(Math.abs(value / eager[i]! - 1)).toBeLessThan(1e-4));
    expect(run.traces).toBe(1);
  });
  test('dispose() waits for runs that are under way', async () => {
    const run = compile(heavy);
    const result = run.runAsync(tf.ones([300, 300]));
    run.dispose();
    expect((await result).shape).toEqual([300, 300]);
  });
  test('fails with the error of TensorFlow', async () => {
    const run = compiled((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D));
    await expect(run.runAsync(tf.tensor1d([1]), tf.tensor1d([5], 'int32'))).rejects.toMatchObject({ code: 'MOCHI_TENSORFLOW' });
    expect(values(await run.runAsync(tf.tensor1d([1]), tf.tensor1d([0], 'int32')))).toEqual([1]);
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

describe('traceFunction', () => {
  test('partly unknown shapes, captured tensors as extra inputs', () => {
    const outer = tf.add(tf.scalar(1), 1);
    const traced = traceFunction((x, y) => [tf.mul(x!, outer), tf.cast(y!, 'int32')], [
      { dtype: 'float32', shape: [null, 3] },
      { dtype: 'uint8', shape: null },
    ], { name: 'a name/with-signs' }); // prettier-ignore
    made.push(traced);
    expect(traced.outputs).toEqual([{ dtype: 'float32', shape: [null, 3] }, { dtype: 'int32', shape: [null] }]); // prettier-ignore
    expect(traced.captured.map(values)).toEqual([[2]]);
    outer.dispose();
    const bytes = tf.tensor1d([1, 2], 'int32');
    const [cast] = execute('Cast', [attr.type('DstT', 'uint8')], [bytes]);
    const results = execute(traced.name, [], [tf.ones([2, 3]), cast!, ...traced.captured]);
    expect(results.map(values)).toEqual([[2, 2, 2, 2, 2, 2], [1, 2]]); // prettier-ignore
  });

  test('inside another trace it captures symbols of that one', () => {
    const run = compiled((x: tf.Tensor, n: tf.Tensor) => {
      const scale = tf.add(x, 1);
      const body = traceFunction((i, y, ...rest) => [tf.neg(i!), tf.mul(y!, scale), ...rest], [
        { dtype: 'int32', shape: [] },
        { dtype: 'float32', shape: [] },
      ]); // prettier-ignore
      made.push(body);
      const [result] = execute(body.name, [], [tf.scalar(0, 'int32'), n, ...body.captured]).slice(1);
      return result!;
    });
    expect(values(run(tf.scalar(2), tf.scalar(5)))).toEqual([15]);
  });

  test('While', () => {
    const specs = [{ dtype: 'int32', shape: [] }, { dtype: 'float32', shape: [] }] as const; // prettier-ignore
    const one = tf.scalar(1, 'int32');
    const cond = traceFunction((i) => [tf.less(i!, 10)], specs);
    const body = traceFunction((i, x) => [tf.add(i!, one), tf.mul(x!, 2)], specs);
    made.push(cond, body);
    const loop = (x: tf.Tensor) =>
      execute(
        'StatelessWhile',
        [
          attr.types('T', ['int32', 'float32']),
          attr.func('cond', cond.name),
          attr.func('body', body.name),
          attr.shapes('output_shapes', [[], []]),
        ],
        [tf.scalar(0, 'int32'), x],
      )[1]!;
    expect(values(loop(tf.scalar(1)))).toEqual([1024]);
    expect(values(compiled(loop)(tf.scalar(2)))).toEqual([2048]);
  });
});
