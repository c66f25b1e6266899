import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Attr, attr, compile, execute, liveHandles, nativeTensor, startTensorFlow, traceFunction } from '../index.js';
import type { TensorFlowError } from '../errors.js';
import { leaveNothing } from '../../test/leave-nothing.js';

const info = await startTensorFlow();
leaveNothing();

const matrix = () => tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
const string = (text: string) => nativeTensor([text], [], 'string');
const zero = (): tf.Tensor => tf.scalar(0, 'int32');

/** Every kind of attribute, eagerly and traced: the setters are not the same. */
const cases: Record<
  string,
  { op: string; attrs: () => Attr[]; inputs: () => tf.Tensor[]; want: number[] | string[] | null; outputs?: number }
> = {
  int: { op: 'Unpack', attrs: () => [attr.int('num', 2), attr.int('axis', 1)], inputs: () => [matrix()], want: [1, 3] },
  float: { op: 'LeakyRelu', attrs: () => [attr.float('alpha', 0.5)], inputs: () => [tf.tensor1d([-2, 1])], want: [-1, 1] },
  bool: {
    op: 'MatMul',
    attrs: () => [attr.bool('transpose_a', true)],
    inputs: () => [matrix(), matrix()],
    want: [10, 14, 14, 20],
  },
  string: {
    op: 'StringJoin',
    attrs: () => [attr.string('separator', '+')],
    inputs: () => [string('a'), string('b')],
    want: ['a+b'],
  },
  'empty string': {
    op: 'StringJoin',
    attrs: () => [attr.string('separator', '')],
    inputs: () => [string('a'), string('b')],
    want: ['ab'],
  },
  type: { op: 'Cast', attrs: () => [attr.type('DstT', 'int32')], inputs: () => [tf.tensor1d([1.7])], want: [1] },
  shape: { op: 'EnsureShape', attrs: () => [attr.shape('shape', [null, 2])], inputs: () => [matrix()], want: [1, 2, 3, 4] },
  'shape of unknown rank': {
    op: 'PlaceholderWithDefault',
    attrs: () => [attr.shape('shape', null)],
    inputs: () => [matrix()],
    want: [1, 2, 3, 4],
  },
  tensor: {
    op: 'Const',
    attrs: () => [attr.type('dtype', 'float32'), attr.tensor('value', { dtype: 'float32', shape: [2], values: [5, 6] })],
    inputs: () => [],
    want: [5, 6],
  },
  ints: {
    op: 'MaxPool',
    attrs: () => [attr.ints('ksize', [1, 2, 2, 1]), attr.ints('strides', [1, 2, 2, 1]), attr.string('padding', 'VALID')],
    inputs: () => [tf.reshape(matrix(), [1, 2, 2, 1])],
    want: [4],
  },
  'empty ints': { op: 'Squeeze', attrs: () => [attr.ints('squeeze_dims', [])], inputs: () => [tf.tensor2d([[7]])], want: [7] },
  floats: {
    op: 'Bucketize',
    attrs: () => [attr.floats('boundaries', [0, 10])],
    inputs: () => [tf.tensor1d([-1, 5, 50])],
    want: [0, 1, 2],
  },
  strings: {
    op: 'ParseSingleExample',
    attrs: () => [
      attr.int('num_sparse', 0),
      attr.strings('sparse_keys', []),
      attr.strings('dense_keys', ['a', 'bc']),
      attr.types('sparse_types', []),
      attr.types('Tdense', ['int64', 'int64']),
      attr.shapes('dense_shapes', [[1], [2]]),
    ],
    inputs: () => [string(''), nativeTensor([3], [1], 'int64'), nativeTensor([4, 5], [2], 'int64')],
    want: [3],
    outputs: 2,
  },
  types: {
    op: 'IdentityN',
    attrs: () => [attr.types('T', ['float32', 'int32'])],
    inputs: () => [tf.scalar(2), zero()],
    want: [2],
  },
  'lists of two lengths': {
    op: 'DynamicStitch',
    attrs: () => [attr.int('N', 2)],
    inputs: () => [tf.tensor1d([1], 'int32'), tf.tensor1d([0], 'int32'), tf.tensor1d([10]), tf.tensor1d([20])],
    want: [20, 10],
  },
};

describe.each(Object.entries(cases))('attribute: %s', (name, { op, attrs, inputs, want, outputs }) => {
  const values = (results: tf.Tensor[]) => Array.from(results[0]!.dataSync() as unknown as number[]);
  test('eager', () => {
    expect(values(execute(op, attrs(), inputs(), outputs))).toEqual(want);
  });
  test('traced', () => {
    const run = compile((...tensors: tf.Tensor[]) => execute(op, attrs(), tensors, outputs), { name });
    expect(values(run(...inputs()))).toEqual(want);
    run.dispose();
  });
});

describe('attributes that name functions', () => {
  const spec = { dtype: 'float32', shape: [2, 2] } as const;
  const branches = () => [traceFunction((x) => [tf.add(x!, 1)], [spec]), traceFunction((x) => [tf.mul(x!, 10)], [spec])] as const;
  const types = [attr.types('Tin', ['float32']), attr.types('Tout', ['float32'])];

  test.each(['eager', 'traced'])('func and funcs, %s', (how) => {
    const [plus, times] = branches();
    const both = (which: tf.Tensor, x: tf.Tensor) => [
      ...execute(
        'StatelessIf',
        [attr.func('then_branch', plus.name), attr.func('else_branch', times.name), ...types],
        [tf.greater(which, 0), x],
      ),
      ...execute('StatelessCase', [attr.funcs('branches', [plus.name, times.name]), ...types], [which, x]),
    ];
    const run = how === 'eager' ? both : compile(both);
    const [ifResult, caseResult] = run(tf.scalar(1, 'int32'), matrix());
    expect(Array.from(ifResult!.dataSync())).toEqual([2, 3, 4, 5]);
    expect(Array.from(caseResult!.dataSync())).toEqual([10, 20, 30, 40]);
    if ('dispose' in run) (run as { dispose(): void }).dispose();
    plus.dispose();
    times.dispose();
  });

  test.each(['eager', 'traced'])('a traced function is called by its name, %s', (how) => {
    const [plus, times] = branches();
    const call = (x: tf.Tensor) => execute(times.name, [], execute(plus.name, [], [x]));
    const run = how === 'eager' ? call : compile(call);
    expect(Array.from(run(matrix())[0]!.dataSync())).toEqual([20, 30, 40, 50]);
    if ('dispose' in run) (run as { dispose(): void }).dispose();
    plus.dispose();
    times.dispose();
  });
});

describe('errors say what TensorFlow said', () => {
  const thrown = (fn: () => unknown): TensorFlowError => {
    try {
      fn();
    } catch (error) {
      return error as TensorFlowError;
    }
    throw new Error('nothing was thrown');
  };
  test('shapes that do not fit', () => {
    const error = thrown(() => execute('MatMul', [], [matrix(), tf.zeros([3, 1])]));
    expect(error).toMatchObject({ code: 'MOCHI_TENSORFLOW', op: 'MatMul', tensorFlowCode: 'INVALID_ARGUMENT' });
    expect(error.message).toMatch(/Matrix size-incompatible.*\[2,2\].*\[3,1\]/);
  });
  test('the same while tracing', () => {
    const error = thrown(() => compile((x: tf.Tensor) => execute('MatMul', [], [x, tf.zeros([3, 1])]))(matrix()));
    expect(error).toMatchObject({ code: 'MOCHI_TENSORFLOW', op: 'MatMul', tensorFlowCode: 'INVALID_ARGUMENT' });
  });
  test('an attribute of the wrong type', () => {
    expect(thrown(() => execute('Cast', [attr.int('DstT', 3)], [matrix()]))).toMatchObject({
      code: 'MOCHI_TENSORFLOW',
      op: 'Cast',
    });
  });
  test('an op that does not exist', () => {
    expect(thrown(() => execute('MatMull', [], [matrix()]))).toMatchObject({ code: 'MOCHI_UNKNOWN_OP' });
    expect(thrown(() => compile((x: tf.Tensor) => execute('MatMull', [], [x]))(matrix()))).toMatchObject({
      code: 'MOCHI_UNKNOWN_OP',
    });
  });
  test('inputs that do not fit the definition', () => {
    const error = thrown(() => execute('ConcatV2', [attr.int('N', 3)], [matrix(), zero()]));
    expect(error.message).toContain('ConcatV2(values (N of them), axis)');
  });
  test('a disposed tensor', () => {
    const x = tf.add(matrix(), 1);
    x.dispose();
    expect(thrown(() => execute('Neg', [], [x]))).toMatchObject({ code: 'MOCHI_TRACED_VALUE_ESCAPED' });
  });
  // On a GPU the elements are zeros.
  test.skipIf(info.device === 'gpu')('an index out of range in gather', () => {
    expect(thrown(() => tf.gather(matrix(), tf.tensor1d([2], 'int32'))).message).toMatch(/indices\[0\] = 2 is not in \[0, 2\)/);
  });
});

test('nothing leaks over 1,000 ops, failed ones included', () => {
  const x = tf.add(matrix(), 0);
  const once = (i: number) =>
    tf.tidy(() => {
      tf.sum(tf.matMul(x, tf.add(x, i)));
      execute('Split', [attr.int('num_split', 2)], [zero(), x]);
      nativeTensor(['a', 'b'], [2], 'string');
      expect(() => execute('MatMul', [], [x, tf.zeros([3, 1])])).toThrow('Matrix size-incompatible');
    });
  once(0);
  const before = liveHandles();
  for (let i = 0; i < 1000; i++) once(i);
  expect(liveHandles()).toEqual(before);
});

test('strings are freed with their tensor', () => {
  const big = 'x'.repeat(1 << 20);
  const once = () => tf.tidy(() => nativeTensor([big, big], [2], 'string'));
  for (let i = 0; i < 20; i++) once().dispose();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 200; i++) once().dispose();
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6); // 400 MB went through
});
