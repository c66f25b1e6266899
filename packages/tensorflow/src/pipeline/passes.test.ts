import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, count, failAt, heavy, numbers } from '../../test/pipelines.js';
import { liveHandles } from '../runtime/runtime.js';
import { startTensorFlow } from '../runtime/start.js';
import { explainFailure, findGaps, Pipeline } from './index.js';

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
