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
import { explainFailure, findGaps, Pipeline, type IterateOptions } from './index.js';

await startTensorFlow();
tf.tidy(() => void explainFailure(({ x }) => ({ x: decodeImage(x!) }), { x: tf.scalar('', 'string') })); // traces its branches, which stay

const count = (n: number): tf.Tensor => tf.tensor1d(Int32Array.from({ length: n }, (_, i) => i), 'int32'); // prettier-ignore

/** The values of one tensor of every element, in order. */
async function collect(pipeline: Pipeline, name = 'i', options: IterateOptions = {}): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const element of pipeline.iterate(options)) {
    values.push(element[name]!.arraySync());
    tf.dispose(element);
  }
  return values;
}

/** i, or a failure where i is one of `bad`: a table lookup past the end. */
const failAt = (bad: number[]) => ({ i }: Tensors): Tensors => {
  const isBad = tf.any(tf.equal(i!, tf.tensor1d(bad, 'int32')));
  const at = tf.mul(tf.cast(isBad, 'int32'), tf.scalar(5, 'int32'));
  const zero = execute('GatherV2', [attr.type('Tparams', 'int32'), attr.type('Tindices', 'int32'), attr.type('Taxis', 'int32')], [tf.tensor1d([0], 'int32'), at, tf.scalar(0, 'int32')])[0]!;
  return { i: tf.add(i!, zero) };
}; // prettier-ignore

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

const numbers = (n: number): number[] => [...Array(n).keys()];

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

describe('failures', () => {
  test('an element that fails rejects its own next(); the ones after it arrive', async () => {
    const pass = Pipeline.fromTensors({ i: source })
      .map(failAt([0]))
      .iterate();
    await expect(pass.next()).rejects.toMatchObject({ code: 'MOCHI_PIPELINE_ELEMENT', cause: { code: 'MOCHI_TENSORFLOW' } });
    const element = await pass.next();
    expect(element!['i']!.arraySync()).toBe(1);
    tf.dispose(element!);
    pass.dispose();
  });

  test.each([1, 4])(
    'skipErrors leaves it out and keeps the others, parallel %i; gaps and reason can be told',
    async (parallel) => {
      const fn = failAt([0, 4, 5, 9]);
      const received = (await collect(Pipeline.fromTensors({ i: source }).map(fn, { parallel }).skipErrors())) as number[];
      expect(received).toEqual([1, 2, 3, 6, 7, 8]);
      expect(findGaps(numbers(10), received)).toEqual([0, 4, 5]);
      expect(findGaps(numbers(10), received, { ended: true })).toEqual([0, 4, 5, 9]);
      tf.tidy(() => {
        expect(explainFailure(fn, { i: tf.scalar(4, 'int32') })).toMatch(/not in \[0, 1\)/);
        expect(explainFailure(fn, { i: tf.scalar(3, 'int32') })).toBeNull();
      });
    },
  );

  test('a map that throws while it is traced leaves nothing behind', () => {
    const pipeline = Pipeline.fromTensors({ i: source }).map(({ i }) => ({ i: i! })).map(() => { throw new Error('mine'); }); // prettier-ignore
    expect(() => pipeline.iterate()).toThrow('mine');
  });

  test('tensors of unequal length, scalars and no tensors are refused', () => {
    const refused = expect.objectContaining({ code: 'MOCHI_PIPELINE_TENSORS' });
    tf.tidy(() => {
      expect(() => Pipeline.fromTensors({ a: tf.ones([2]), b: tf.ones([3]) }).iterate()).toThrow(refused);
      expect(() => Pipeline.fromTensors({ a: tf.scalar(1) }).iterate()).toThrow(refused);
      expect(() => Pipeline.fromTensors({}).iterate()).toThrow(refused);
    });
  });

  test('counts that are not positive integers are refused', () => {
    const refused = expect.objectContaining({ code: 'MOCHI_PIPELINE_ARGUMENT' });
    const pipeline = Pipeline.fromTensors({ i: source });
    for (const make of [() => pipeline.batch(0), () => pipeline.repeat(1.5), () => pipeline.iterate({ threads: 0 })])
      expect(make).toThrow(refused);
  });
});

describe('passes', () => {
  test('dispose while next() is pending: it gives null, and everything is freed', async () => {
    const pass = Pipeline.fromTensors({ i: source }).map(heavy).prefetch(2).iterate();
    const [first, second] = [pass.next(), pass.next()];
    pass.dispose();
    pass.dispose();
    expect(await Promise.all([first, second])).toEqual([null, null]);
  });

  test('leaving a loop early disposes the pass', async () => {
    for await (const element of Pipeline.fromTensors({ i: source }).prefetch(3).iterate()) {
      tf.dispose(element);
      break;
    }
  });

  test('the event loop goes on while an element is made', async () => {
    const pass = Pipeline.fromTensors({ i: source }).map(heavy).iterate();
    let turns = 0;
    const element = pass.next();
    let done = false;
    void element.finally(() => (done = true));
    while (!done) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).toBeGreaterThan(5);
    tf.dispose((await element)!);
    pass.dispose();
  });
});

/** Some milliseconds of work. */
function heavy({ i }: Tensors): Tensors {
  const x = tf.fill([600, 600], 1e-3);
  return { i: i!, x: tf.sum(tf.matMul(tf.matMul(tf.add(x, tf.cast(i!, 'float32')), x), x)) };
}
