import { disposeTree, liveHandles, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { train } from './loop.js';
import { knn } from './measure.js';
import { shapes } from './shapes.js';

await startTensorFlow();

test('the loop trains, writes the bank, leaves nothing, and the evaluator measures it', async () => {
  const { images } = shapes(64, 3);
  disposeTree((await train(images, 1, 8)).state); // whatever the engine keeps for good is there now
  const before = liveHandles();
  const { state, losses } = await train(images, 20, 16);
  expect(losses.every(Number.isFinite)).toBe(true);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) + 1); // negatives harden as the bank fills
  expect(state.bank.filled.dataSync()[0]).toBe(256);
  expect(state.bank.ids.dataSync().every((id) => id >= 0 && id < 64)).toBe(true);
  const top1 = await knn(state);
  expect(top1).toBeGreaterThan(0); // twenty steps teach little: that it is a number of the evaluator is what counts here
  expect(top1).toBeLessThanOrEqual(100);
  disposeTree(state);
  expect(liveHandles()).toEqual(before);
  tf.dispose(images);
});
