import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { asOnGpu } from '../../test/as-on-gpu.js';
import { gradientPair, numbers } from '../../test/gradients.js';
import { startTensorFlow } from '../runtime/start.js';
import { gather } from './gather.js';
import { maxPool2d } from './max-pool2d.js';
import { rankMask } from './rank-mask.js';
import { scatterAdd, scatterRows } from './scatter.js';
import { compile } from '../compile/compile.js';
import { permutationFromUniforms, topK } from './top-k.js';
import { topSet } from './top-set.js';

await startTensorFlow();

const argumentError = expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT' });
const int = (values: number[], shape: number[] = [values.length]): tf.Tensor => tf.tensor(values, shape, 'int32');

/** Gradients from the tape against central differences. */
const expectGradient = (fn: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): void =>
  void tf.tidy(() => {
    const { taped, numeric } = gradientPair(fn, inputs, 2e-3);
    taped.forEach((gradient, i) => expect(gradient).toBeAllClose(numeric[i]!, { rtol: 1e-2, atol: 2e-3 }));
  });

describe('topK', () => {
  test('largest first, with indices; of equal elements the lower index first', () => {
    leakFree(
      [tf.tensor2d([1, 4, 4, 2, -1, 7, 0, 7], [2, 4])],
      (x) => topK(x, 3),
      ({ values, indices }) => {
        expect(values.arraySync()).toEqual([[4, 4, 2], [7, 7, 0]]); // prettier-ignore
        expect(indices.arraySync()).toEqual([[1, 2, 3], [1, 3, 2]]); // prettier-ignore
        expect(indices.dtype).toBe('int32');
      },
    );
  });
  test('unsorted: the same set', () => {
    tf.tidy(() => {
      const x = numbers([3, 50]) as tf.Tensor2D;
      const sorted = topK(x, 10).indices.arraySync();
      const set = topK(x, 10, { sorted: false }).indices.arraySync();
      expect(set.map((row) => row.sort())).toEqual(sorted.map((row) => row.sort()));
    });
  });
  test('gradient reaches the elements that were chosen', () => {
    expectGradient((x) => topK(x!, 3).values, [numbers([2, 7])]);
    expectGradient((x) => topK(x!, 2).values, [numbers([2, 2, 5])]);
  });
  test('k past the end is refused', () => {
    tf.tidy(() => void expect(() => topK(tf.zeros([2, 4]), 5)).toThrow(argumentError));
  });
});

describe('topSet', () => {
  /** Places of the k largest, of equal ones the lower; those of -Infinity last. */
  const expected = (row: number[], k: number): number[] => {
    const best = row.map((value, at) => ({ value, at })).sort((a, b) => b.value - a.value || a.at - b.at).slice(0, k); // prettier-ignore
    const places = (absent: boolean) => best.filter(({ value }) => (value === -Infinity) === absent).map(({ at }) => at).sort((a, b) => a - b); // prettier-ignore
    return [...places(false), ...places(true)];
  };
  const { NaN: nan, Infinity: infinity } = globalThis;

  test.each([
    { name: 'distinct', rows: [[0.3, -1, 5, 2, 4], [9, 8, 7, 6, 5]], k: 3 }, // prettier-ignore
    { name: 'ties with the k-th', rows: [[1, 2, 1, 1, 3], [0, 0, 0, 0, 0]], k: 3 }, // prettier-ignore
    { name: 'ties in one row only', rows: [[1, 2, 1, 1, 3], [9, 8, 7, 6, 5]], k: 3 }, // prettier-ignore
    { name: 'absent elements that are not needed', rows: [[-infinity, 2, 1, -infinity, 3]], k: 3 },
    { name: 'fewer than k that are not absent', rows: [[-infinity, 2, -infinity, -infinity, 3], [-infinity, 2, 1, 4, 3]], k: 4 }, // prettier-ignore
    { name: 'all', rows: [[3, 1, 2]], k: 3 },
    { name: 'the largest', rows: [[3, 1, 2]], k: 1 },
  ])('$name: compiled and eager, as a sort would say', ({ rows, k }) => {
    const run = compile((x: tf.Tensor2D) => topSet(x, k));
    const want = rows.map((row) => expected(row, k));
    leakFree([tf.tensor2d(rows)], (x) => topSet(x, k), (got) => expect(got.arraySync()).toEqual(want)); // prettier-ignore
    const onGpu = compile((x: tf.Tensor2D) => topSet(x, k)); // always sorted there
    tf.tidy(() => {
      expect(run(tf.tensor2d(rows)).arraySync()).toEqual(want);
      expect(asOnGpu(() => onGpu(tf.tensor2d(rows))).arraySync()).toEqual(want);
    });
    run.dispose();
    onGpu.dispose();
  });
  test('elements that are no number end nothing', () => {
    tf.tidy(() => {
      const run = compile((x: tf.Tensor2D) => topSet(x, 2));
      for (const row of [[nan, 1, nan, 2], [nan, nan, nan, nan]]) expect(run(tf.tensor2d([row]))).toHaveShape([1, 2]); // prettier-ignore
      run.dispose();
    });
  });
  test('k past the end is refused', () => {
    tf.tidy(() => [0, 5].forEach((k) => expect(() => topSet(tf.zeros([2, 4]), k)).toThrow(argumentError)));
  });
});

describe('permutationFromUniforms', () => {
  test('each row is a permutation, ordered by its draws', () => {
    leakFree([tf.tensor2d([0.1, 0.9, 0.5, 0.3, 0.2, 0.1], [2, 3])], permutationFromUniforms, (order) => {
      expect(order.arraySync()).toEqual([[1, 2, 0], [0, 1, 2]]); // prettier-ignore
    });
  });
});

describe('gather', () => {
  test.each([
    { name: 'rows', shape: [4, 3], indices: [3, 0, 3], picked: [3], axis: 0, batchDims: 0 },
    { name: 'a middle axis', shape: [2, 4, 3], indices: [3, 0, 3, 1], picked: [2, 2], axis: 1, batchDims: 0 },
    { name: 'own indices for each batch', shape: [2, 4], indices: [3, 0, 3, 1, 1, 2], picked: [2, 3], axis: 1, batchDims: 1 },
    {
      name: 'own indices, an axis further in',
      shape: [2, 2, 3, 2],
      indices: [0, 2, 2, 1],
      picked: [2, 2],
      axis: 2,
      batchDims: 1,
    },
  ])('$name: values of the definition, duplicates summed by the gradient', ({ shape, indices, picked, axis, batchDims }) => {
    tf.tidy(() => {
      const x = numbers(shape);
      const y = gather(x, int(indices, picked), { axis, batchDims });
      const parts = batchDims === 0 ? [x] : tf.unstack(x);
      const rows = batchDims === 0 ? [int(indices, picked)] : tf.unstack(int(indices, picked));
      const want = parts.map((part, i) => takeByHand(part, rows[i]!, axis - batchDims));
      expect(y).toBeAllClose(batchDims === 0 ? want[0]! : tf.stack(want));
    });
    expectGradient((x) => gather(x!, int(indices, picked), { axis, batchDims }), [numbers(shape)]);
  });
  test('integers are gathered too, and nothing leaks', () => {
    leakFree(
      [int([5, 6, 7]), int([2, 0])],
      (x, i) => gather(x, i),
      (y) => expect(y.dataSync()).toEqual(Int32Array.of(7, 5)),
    );
    leakFree([numbers([5, 2]), int([2, 0, 2])], (x, i) => tf.tidy(() => tf.grad((a) => tf.sum(gather(a, i)))(x)));
  });
  test('an axis before the batch is refused', () => {
    tf.tidy(() => void expect(() => gather(tf.zeros([2, 2]), int([0]), { axis: 0, batchDims: 1 })).toThrow(argumentError));
  });
});

/** Slices one by one. */
function takeByHand(x: tf.Tensor, indices: tf.Tensor, axis: number): tf.Tensor {
  const slices = Array.from(indices.dataSync(), (at) => {
    const begin = x.shape.map((_, a) => (a === axis ? at : 0));
    return tf.slice(x, begin, x.shape.map((side, a) => (a === axis ? 1 : side))); // prettier-ignore
  });
  return tf.reshape(tf.concat(slices, axis), [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
}

describe('scatterAdd', () => {
  test('sums duplicates and leaves zeros elsewhere', () => {
    leakFree(
      [int([0, 1, 2, 0, 0, 1], [3, 2]) as tf.Tensor2D, tf.tensor1d([1, 2, 4])],
      (at, x) => scatterAdd(at, x, [3, 2]),
      (y) =>
      expect(y.arraySync()).toEqual([[0, 5], [0, 0], [2, 0]]), // prettier-ignore
    );
  });
  test('whole rows, with gradient', () => {
    expectGradient((x) => scatterAdd(int([2, 0, 2], [3, 1]) as tf.Tensor2D, x!, [4, 2]), [numbers([3, 2])]);
  });
});

describe('scatterRows', () => {
  test('replaces rows and leaves the target as it was', () => {
    leakFree(
      [tf.tensor2d([1, 1, 2, 2, 3, 3], [3, 2]), int([2, 0]) as tf.Tensor1D, tf.tensor2d([9, 9, 8, 8], [2, 2])],
      scatterRows,
      (y) =>
      expect(y.arraySync()).toEqual([[8, 8], [2, 2], [9, 9]]), // prettier-ignore
    );
    leakFree([int([1, 2, 3]), int([1]) as tf.Tensor1D, int([7])], scatterRows, (y) =>
      expect(y.dataSync()).toEqual(Int32Array.of(1, 7, 3)),
    );
  });
  test('gradient to what was kept and to what was put in', () => {
    expectGradient((x, rows) => scatterRows(x!, int([3, 0]) as tf.Tensor1D, rows!), [numbers([4, 2]), numbers([2, 2], 2)]);
  });
});

describe('rankMask', () => {
  const similarities = (): tf.Tensor2D => tf.tensor2d([0.1, 0.9, 0.5, 0.7, 0.3, -0.2, 0, 0.2], [2, 4]);
  const off = -Infinity;
  test.each([
    {
      name: 'a band',
      from: 1,
      to: 3,
      mask: [
        [off, off, 0, 0],
        [off, off, 0, 0],
      ],
    },
    {
      name: 'the hardest',
      from: 0,
      to: 1,
      mask: [
        [off, 0, off, off],
        [0, off, off, off],
      ],
    },
    {
      name: 'all but the hardest',
      from: 1,
      to: 4,
      mask: [
        [0, off, 0, 0],
        [off, 0, 0, 0],
      ],
    },
    {
      name: 'to past the end',
      from: 3,
      to: 99,
      mask: [
        [0, off, off, off],
        [off, 0, off, off],
      ],
    },
    {
      name: 'everything',
      from: 0,
      to: 4,
      mask: [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    },
    {
      name: 'nothing',
      from: 2,
      to: 2,
      mask: [
        [off, off, off, off],
        [off, off, off, off],
      ],
    },
  ])('$name', ({ from, to, mask }) => {
    // prettier-ignore
    leakFree([similarities()], (s) => rankMask(s, from, to), (m) => expect(m.arraySync()).toEqual(mask));
    const at = (rank: number) => ({ at: tf.scalar(rank), most: Math.min(rank + 1, 4) });
    tf.tidy(() => {
      expect(rankMask(similarities(), at(from), at(to)).arraySync()).toEqual(mask);
      expect(rankMask(similarities(), at(from), to).arraySync()).toEqual(mask);
      expect(rankMask(similarities(), from, at(to)).arraySync()).toEqual(mask);
    });
  });
  test('bounds of each query its own', () => {
    tf.tidy(() => {
      const [from, to] = [tf.tensor2d([[0], [1]]), tf.tensor2d([[1], [3]])];
      const band = rankMask(similarities(), { at: from, most: 2 }, { at: to, most: 4 });
      expect(band.arraySync()).toEqual([
        [off, 0, off, off],
        [off, off, 0, 0],
      ]);
    });
  });
  test('equal rows: the band still has its width', () => {
    tf.tidy(() => void expect(rankMask(tf.zeros([1, 6]), 2, 4).arraySync()).toEqual([[off, off, 0, 0, off, off]]));
  });
  test('rows of -Infinity rank last, and are within a band that reaches them', () => {
    tf.tidy(() => {
      const masked = tf.tensor2d([[off, 0.1, off, 0.9]]);
      expect(rankMask(masked, 0, 2).arraySync()).toEqual([[off, 0, off, 0]]);
      expect(rankMask(masked, 0, 3).arraySync()).toEqual([[0, 0, off, 0]]);
    });
  });
  test('a band that ends before it begins is refused', () => {
    tf.tidy(() => void expect(() => rankMask(similarities(), 3, 1)).toThrow(argumentError));
  });
});

describe('maxPool2d', () => {
  test('negative images: the padding never wins', () => {
    leakFree(
      [tf.fill([1, 3, 3, 1], -5) as tf.Tensor4D],
      (x) => maxPool2d(x, { size: 3, stride: 2, padding: 1 }),
      (y) => {
        expect(y).toHaveShape([1, 2, 2, 1]);
        expect(y).toBeAllClose([-5, -5, -5, -5]);
      },
    );
  });
  test('where the largest tie the first gets the gradient, compiled and eager', () => {
    const gradient = (x: tf.Tensor4D) =>
      tf.grad((a) => tf.sum(maxPool2d(a as tf.Tensor4D, { size: 3, stride: 2, padding: 1 })))(x);
    const x = tf.tensor4d([0, 0, 0, 0, 5, 5, 0, 5, 0], [1, 3, 3, 1]);
    const run = compile(gradient);
    tf.tidy(() => [gradient(x), run(x)].forEach((dx) => expect(dx).toBeAllClose([0, 0, 0, 0, 4, 0, 0, 0, 0])));
    tf.dispose(x);
    run.dispose();
  });
  test('gradient to the largest of each window', () => {
    expectGradient((x) => maxPool2d(x as tf.Tensor4D, { size: 3, stride: 2, padding: 1 }), [numbers([1, 5, 6, 2])]);
    expectGradient((x) => maxPool2d(x as tf.Tensor4D, { size: 2 }), [numbers([2, 4, 4, 1])]);
  });
});
