import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { chiSquare, correlation } from '../../test/statistics.js';
import { compile } from '../compile/compile.js';
import { startTensorFlow } from '../runtime/start.js';
import { createRng } from './create-rng.js';
import { asOnGpu } from '../../test/as-on-gpu.js';
import { counterHash, hashWords, mix32, streamKey } from './hash.js';

await startTensorFlow();

const ids = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
const range = (count: number, from = 0): tf.Tensor1D => tf.tensor1d(Int32Array.from({ length: count }, (_, i) => from + i), 'int32'); // prettier-ignore
const read = (make: () => tf.Tensor): Float32Array => tf.tidy(() => make().dataSync<'float32'>() as Float32Array);

/** Counts of values in [0, 1) by cells of equal width. */
const cellsOf = (values: Float32Array, cells: number): number[] => {
  const counts = new Array<number>(cells).fill(0);
  for (const value of values) counts[Math.floor(value * cells)]!++;
  return counts;
};

const KINDS: { name: string; draw: (rng: Rng) => tf.Tensor }[] = [
  { name: 'uniform', draw: (rng) => rng.uniform([4, 5]) },
  { name: 'normal', draw: (rng) => rng.normal([4, 5]) },
  { name: 'integers', draw: (rng) => rng.integers([4, 5], 1000) },
  { name: 'perSample.uniform', draw: (rng) => rng.perSample(ids(7, 1, 9)).uniform([5]) },
  { name: 'perSample.integers', draw: (rng) => rng.perSample(ids(7, 1, 9)).integers([5], 1000) },
];

describe.each(KINDS)('$name', ({ draw }) => {
  const values = (seed: number, stream: string, step: number): number[] => [...read(() => draw(createRng(seed, stream, step)))];

  test('equal seed, stream and step give equal numbers; nothing leaks', () => {
    leakFree([], () => tf.tidy(() => draw(createRng(1, 'a', 2))));
    leakFree([ids(7, 1)], (at) => createRng(1, 'a').perSample(at).integers([5], 9));
    expect(values(1, 'a', 2)).toEqual(values(1, 'a', 2));
  });
  test('another seed, stream, step or call gives other numbers', () => {
    const base = values(1, 'a', 2);
    const rng = createRng(1, 'a', 2);
    const second = read(() => (draw(rng), draw(rng)));
    for (const other of [values(2, 'a', 2), values(1 + 2 ** 32, 'a', 2), values(1, 'b', 2), values(1, 'a', 3), [...second]])
      expect(other).not.toEqual(base);
  });
  test('compiled, the step is symbolic and the numbers are the same', () => {
    const compiled = compile((step: tf.Tensor) => draw(createRng(1, 'a', step as tf.Scalar)));
    for (const step of [0, 2, 2 ** 31 - 1])
      expect([...read(() => compiled(tf.scalar(step, 'int32')))]).toEqual(values(1, 'a', step));
    expect(compiled.traces).toBe(1);
    compiled.dispose();
  });
});

describe('createRng', () => {
  test('a fork of the same name is the same stream; others are not', () => {
    const rng = createRng(1, 'a', 0);
    rng.uniform([1]).dispose(); // forks do not depend on what was drawn before
    const fork = (name: string): number[] => [...read(() => rng.fork(name).uniform([8]))];
    expect(fork('x')).toEqual([...read(() => createRng(1, 'a', 0).fork('x').uniform([8]))]);
    expect(fork('x')).not.toEqual(fork('y'));
  });

  test('bounds, mean and deviation', () => {
    tf.tidy(() => {
      const rng = createRng(5, 'bounds', 1);
      const u = rng.uniform([20_000], -2, 6);
      expect([tf.min(u).dataSync()[0]! >= -2, tf.max(u).dataSync()[0]! < 6]).toEqual([true, true]);
      expect(tf.mean(u)).toBeAllClose([2], { atol: 0.06 });
      const { mean, variance } = tf.moments(rng.normal([20_000], 3, 0.5));
      expect(mean).toBeAllClose([3], { atol: 0.02 });
      expect(variance).toBeAllClose([0.25], { atol: 0.02 });
      const k = [...rng.integers([20_000], 7).dataSync()];
      expect(chiSquare(Array.from({ length: 7 }, (_, v) => k.filter((x) => x === v).length))).toBeLessThan(25); // 6 degrees of freedom
      expect(() => rng.integers([1], 0)).toThrow(expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT' }));
    });
  });

  test('the definition does not drift', () => {
    const first = (draw: (rng: Rng) => tf.Tensor): number[] => [...read(() => draw(createRng(1, 'golden', 3)))];
    expect(first((rng) => rng.uniform([3]))).toMatchInlineSnapshot(`
      [
        0.3083537817001343,
        0.46230804920196533,
        0.4410855770111084,
      ]
    `);
    expect(first((rng) => rng.integers([4], 100))).toMatchInlineSnapshot(`
      [
        75,
        41,
        50,
        45,
      ]
    `);
    expect(first((rng) => rng.perSample(ids(0, 41)).uniform([3]))).toMatchInlineSnapshot(`
      [
        0.4088139533996582,
        0.5577646493911743,
        0.479724645614624,
        0.4671900272369385,
        0.07240915298461914,
        0.5509616732597351,
      ]
    `);
    expect(first((rng) => rng.perSample(ids(0, 41)).integers([3], 100))).toMatchInlineSnapshot(`
      [
        40,
        55,
        47,
        46,
        7,
        55,
      ]
    `);
  });
});

describe('perSample', () => {
  test('float ids are named', () =>
    expect(() => createRng(1, 'a').perSample(tf.tensor1d([1, 2]))).toThrow(
      expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT', happened: 'perSample: ids are float32.' }),
    ));

  const uniform = (rows: tf.Tensor1D, shape: number[], { seed = 1, stream = 'a', step = 0 } = {}): Float32Array =>
    read(() => createRng(seed, stream, step).perSample(rows).uniform(shape));

  test('is the hash of its definition, written out in plain JavaScript', () => {
    const [seed, stream, step, id] = [9, 'a/b', 77, 123_456];
    const key = hashWords(hashWords(streamKey(seed, stream), 0), 0);
    const word = (n: number): number => mix32(mix32(id ^ hashWords(key, n)) + mix32(step ^ hashWords(key, n + 2)));
    const want = Array.from({ length: 50 }, (_, i) => (counterHash(word(1), word(2), i) >>> 8) / 2 ** 24);
    expect(uniform(ids(id), [50], { seed, stream, step })).toEqual(Float32Array.from(want));
  });

  test('a row depends on its id alone: permuting and splitting the batch permutes and splits the numbers', () => {
    const rows = (batch: tf.Tensor1D): number[][] =>
      tf.tidy(() => (createRng(1, 'a', 5).perSample(batch).uniform([2, 3]).arraySync() as number[][][]).map((r) => r.flat()));
    const [a, b, c] = rows(ids(3, 100, -1));
    expect(rows(ids(-1, 3, 100))).toEqual([c, a, b]);
    expect([...rows(ids(3)), ...rows(ids(100, -1))]).toEqual([a, b, c]);
  });

  test('256 cells are filled evenly, over samples and within one', () => {
    for (const values of [uniform(range(2000), [50]), uniform(ids(17), [100_000]), uniform(range(100_000), [1])]) {
      expect(chiSquare(cellsOf(values, 256))).toBeLessThan(341); // 255 degrees of freedom: exceeded once in 4,000 seeds
    }
  });

  test('pairs of neighbours fill the square evenly', () => {
    const counts = new Array<number>(1024).fill(0);
    const values = uniform(range(1000), [200]);
    for (let i = 0; i < values.length; i += 2) counts[32 * Math.floor(values[i]! * 32) + Math.floor(values[i + 1]! * 32)]!++;
    expect(chiSquare(counts)).toBeLessThan(1180); // 1,023 degrees of freedom: mean 1,023, deviation 45
  });

  test('rows, steps, streams, seeds and shifted rows are uncorrelated', () => {
    const base = uniform(ids(1), [20_000]);
    const others = [
      uniform(ids(2), [20_000]), uniform(ids(1), [20_000], { step: 1 }), uniform(ids(1), [20_000], { stream: 'b' }),
      uniform(ids(1), [20_000], { seed: 2 }), Float32Array.of(...base.slice(1), base[0]!), uniform(ids(0), [20_000], { step: 1 }),
    ]; // prettier-ignore
    for (const other of others) expect(Math.abs(correlation(base, other))).toBeLessThan(0.03);
    // The first draws of neighbouring samples and steps, where a weak hash shows first.
    const firsts = uniform(range(20_000), [1]);
    const byStep = Float32Array.from({ length: 500 }, (_, step) => uniform(ids(1), [1], { step })[0]!);
    expect(Math.abs(correlation(firsts.slice(1), firsts.slice(0, -1)))).toBeLessThan(0.03);
    expect(Math.abs(correlation(byStep.slice(1), byStep.slice(0, -1)))).toBeLessThan(0.15);
    expect(chiSquare(cellsOf(byStep, 10))).toBeLessThan(28); // 9 degrees of freedom
  });

  test('no two sequences are equal', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 20; step++) {
      const values = uniform(range(5000), [3], { step });
      for (let row = 0; row < 5000; row++) seen.add(values.slice(3 * row, 3 * row + 3).join());
    }
    expect(seen.size).toBe(100_000);
  });

  test('beside a GPU words are uint32: the same numbers', () => {
    const draw = () => uniform(ids(7, -1, 2 ** 31 - 1), [300], { step: 5 });
    expect(asOnGpu(draw)).toEqual(draw());
    const compiled = () =>
      compile((step: tf.Tensor) =>
        createRng(1, 'a', step as tf.Scalar)
          .perSample(ids(3, 9))
          .integers([50], 1000),
      );
    const at = tf.scalar(7, 'int32');
    expect([...asOnGpu(() => compiled()(at)).dataSync()]).toEqual([...compiled()(at).dataSync()]);
  });

  test('integers stay below max and are even; bounds of uniform hold', () => {
    tf.tidy(() => {
      const rng = createRng(2, 'integers').perSample(range(100));
      for (const max of [1, 3, 7, 2 ** 24]) {
        const values = [...rng.integers([300], max).dataSync()];
        expect(values.every((v) => v >= 0 && v < max)).toBe(true);
        if (max === 7)
          expect(chiSquare(Array.from({ length: 7 }, (_, v) => values.filter((x) => x === v).length))).toBeLessThan(25);
      }
      expect(() => rng.integers([1], 2 ** 24 + 1)).toThrow(expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT' }));
      const u = rng.uniform([300], 0.25, 0.5);
      expect([tf.min(u).dataSync()[0]! >= 0.25, tf.max(u).dataSync()[0]! < 0.5]).toEqual([true, true]);
    });
  });
});
