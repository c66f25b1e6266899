import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeImage } from '../ops/decode-image.js';
import { readFile } from '../ops/read-file.js';
import { execute, nativeTensor } from '../runtime/execute.js';
import { liveHandles } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import { attr } from '../native/attributes.js';
import { Pipeline } from './index.js';
import { collect, count, numbers } from '../../test/pipelines.js';

await startTensorFlow();

let before = liveHandles();
let source: tf.Tensor;
beforeEach(() => {
  before = liveHandles();
  source = count(10);
});
afterEach(() => {
  source.dispose();
  expect(liveHandles()).toEqual(before); // nothing outlives its pass
});

describe('order and length', () => {
  test('slices in order, null at the end and after it', async () => {
    const pass = Pipeline.fromTensors({ i: source }).iterate();
    for (let i = 0; i < 10; i++) {
      const element = await pass.next();
      expect(element!['i']!.arraySync()).toBe(i);
      tf.dispose(element!);
    }
    expect([await pass.next(), await pass.next()]).toEqual([null, null]);
    pass.dispose();
    await expect(pass.next()).rejects.toMatchObject({ code: 'MOCHI_PIPELINE_DISPOSED' });
  });

  test('a parallel map keeps the order, also where early elements take longest', async () => {
    const slow = ({ i }: Tensors): Tensors => {
      const side = tf.mul(tf.sub(tf.scalar(10, 'int32'), i!), tf.scalar(40, 'int32'));
      const square = execute('Fill', [attr.type('T', 'float32'), attr.type('index_type', 'int32')], [tf.stack([side, side]), tf.scalar(0)])[0]!;
      const zero = execute('Sum', [attr.type('T', 'float32'), attr.type('Tidx', 'int32')], [execute('MatMul', [attr.type('T', 'float32')], [square, square])[0]!, tf.tensor1d([0, 1], 'int32')])[0]!;
      return { i: tf.add(i!, tf.cast(zero, 'int32')) };
    }; // prettier-ignore
    expect(await collect(Pipeline.fromTensors({ i: source }).map(slow, { parallel: 4 }).prefetch(2))).toEqual(numbers(10));
    expect(await collect(Pipeline.fromTensors({ i: source }).map(slow, { parallel: 4 }), 'i', { threads: 2 })).toEqual(
      numbers(10),
    );
  });

  test('calls of next that are not awaited are served in their order', async () => {
    const pass = Pipeline.fromTensors({ i: source })
      .map(({ i }) => ({ i: tf.square(i!) }), { parallel: 3 })
      .iterate();
    const elements = await Promise.all(numbers(10).map(() => pass.next()));
    expect(elements.map((element) => element!['i']!.arraySync())).toEqual(numbers(10).map((i) => i * i));
    tf.dispose(elements as Tensors[]);
    pass.dispose();
  });

  test.each([
    {
      name: 'a partial last batch',
      dropRemainder: false,
      want: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
      ],
    },
    {
      name: 'a dropped last batch',
      dropRemainder: true,
      want: [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    },
  ])('$name', async ({ dropRemainder, want }) => {
    // prettier-ignore
    expect(await collect(Pipeline.fromTensors({ i: source }).batch(4, { dropRemainder }))).toEqual(want);
  });

  test('repeat', async () => {
    expect(await collect(Pipeline.fromTensors({ i: source }).batch(5).repeat(2))).toHaveLength(4);
    const pass = Pipeline.fromTensors({ i: source }).repeat().batch(25).iterate();
    const element = await pass.next();
    expect(element!['i']!.arraySync()).toEqual(numbers(25).map((i) => i % 10));
    tf.dispose(element!);
    pass.dispose();
  });

  test('shuffle: every element once, the same in each pass, another order for another seed and in a repetition', async () => {
    const shuffled = (seed: number, times = 1): Promise<number[]> => collect(Pipeline.fromTensors({ i: source }).shuffle(10, seed).repeat(times)) as Promise<number[]>;
    const first = await shuffled(1);
    expect([...first].sort((a, b) => a - b)).toEqual(numbers(10));
    expect(await shuffled(1)).toEqual(first);
    expect(await shuffled(2)).not.toEqual(first);
    expect(await shuffled(1 + 2 ** 32)).not.toEqual(first);
    const twice = await shuffled(1, 2);
    expect(twice.slice(0, 10)).toEqual(first);
    expect(twice.slice(10)).not.toEqual(first);
  }); // prettier-ignore
});

describe('elements', () => {
  test('records, new names, captured tensors and functions that are used twice', async () => {
    const offset = tf.tensor1d(new Float32Array(30_000).fill(2)); // too big for a constant: captured
    const pipeline = Pipeline.fromTensors({ i: source, x: tf.keep(tf.ones([10, 3])) }).map(({ i, x }) => ({
      y: tf.add(x!, tf.mean(offset)),
      i: i!,
    }));
    for (let pass = 0; pass < 2; pass++) {
      const iterator = pipeline.iterate();
      const element = await iterator.next();
      expect(Object.keys(element!)).toEqual(['y', 'i']);
      expect(element!['y']!).toBeAllClose([3, 3, 3]);
      tf.dispose(element!);
      iterator.dispose();
    }
    offset.dispose();
    tf.dispose((pipeline as unknown as { source: Tensors }).source['x']!);
  });

  test('source tensors may go once a pass has begun', async () => {
    const x = tf.tensor1d([5, 6, 7]);
    const pass = Pipeline.fromTensors({ x }).iterate();
    x.dispose();
    const element = await pass.next();
    expect(element!['x']!.arraySync()).toBe(5);
    tf.dispose(element!);
    pass.dispose();
  });

  test('bytes stay bytes: uint8 pixels are a quarter of the memory', async () => {
    const pixels = nativeTensor(Uint8Array.of(1, 2, 250, 255), [2, 2], 'uint8');
    const toFloat = (x: tf.Tensor): tf.Tensor =>
      execute('Cast', [attr.type('SrcT', 'uint8'), attr.type('DstT', 'float32')], [x])[0]!;
    expect(await collect(Pipeline.fromTensors({ pixels }).map(({ pixels: x }) => ({ i: toFloat(x!) })))).toEqual([[1, 2], [250, 255]]); // prettier-ignore
    pixels.dispose();
  });

  test('files: paths as strings, sides unknown in the map, batched once they are equal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mochi-pipeline-'));
    const paths = await Promise.all(
      [3, 4].map(async (side, at) => {
        const pixels = nativeTensor(new Uint8Array(side * side * 3).fill(40 * side), [side, side, 3], 'uint8');
        const png = execute('EncodePng', [], [pixels])[0]!;
        writeFileSync(join(folder, `${at}.png`), ((await png.bytes()) as Uint8Array[])[0]!);
        tf.dispose([pixels, png]);
        return join(folder, `${at}.png`);
      }),
    );
    const path = tf.tensor1d(paths, 'string');
    const shapes: number[][] = [];
    const decode = ({ path: from }: Tensors): Tensors => {
      const image = decodeImage(readFile(from!));
      shapes.push(image.shape);
      return { path: from!, corner: execute('Slice', [attr.type('T', 'float32'), attr.type('Index', 'int32')], [image, tf.tensor1d([0, 0, 0], 'int32'), tf.tensor1d([1, 2, 3], 'int32')])[0]! };
    }; // prettier-ignore
    const pass = Pipeline.fromTensors({ path }).map(decode, { parallel: 2 }).batch(2).iterate();
    const element = await pass.next();
    expect(shapes).toEqual([[-1, -1, 3]]);
    expect(element!['corner']!).toHaveShape([2, 1, 2, 3]);
    expect(element!['corner']!.dataSync()[6]).toBe(160);
    expect(element!['path']!.arraySync()).toEqual(paths);
    tf.dispose([element!, path]);
    pass.dispose();
    rmSync(folder, { recursive: true });
  });
});
