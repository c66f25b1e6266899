import { disposeTree, liveHandles, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { begin, train } from './loop.js';
import { knn } from './measure.js';
import { shapes } from './shapes.js';

await startTensorFlow();

test('the loop writes the bank and leaves nothing', async () => {
  const { images } = shapes(64, 3);
  disposeTree((await train(images, 1, 8)).state); // whatever the engine keeps for good is there now
  const before = liveHandles();
  const { state, losses } = await train(images, 20, 16);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(state.bank.filled.dataSync()[0]).toBe(256);
  expect(state.bank.ids.dataSync().every((id) => id >= 0 && id < 64)).toBe(true);
  disposeTree(state);
  expect(liveHandles()).toEqual(before);
  tf.dispose(images);
});

test('what it learns tells kinds apart that the untrained network does not', async () => {
  const { images } = shapes(512, 3);
  const untrained = begin();
  const { state, losses } = await train(images, 400, 64);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(180, 260)) - 0.15); // earlier, the bank's rows are random or unlearned: easy negatives
  const [before, after] = [await knn(untrained), await knn(state)];
  expect(before).toBeLessThan(60); // chance: 25
  expect(after).toBeGreaterThan(before + 20);
  disposeTree(untrained);
  disposeTree(state);
  tf.dispose(images);
});
