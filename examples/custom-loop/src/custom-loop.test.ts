import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attr, disposeTree, execute, liveHandles, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { begin, train } from './loop.js';
import { knn } from './measure.js';
import { photos } from './photos.js';
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

test('photos of a folder are read in the order of their paths, and what is none is passed over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'custom-loop-'));
  mkdirSync(join(folder, 'cats'));
  for (const [name, level] of [
    ['cats/a.png', 200],
    ['b.png', 100],
  ] as const) {
    const [png] = execute('EncodePng', [], execute('Cast', [attr.type('DstT', 'uint8')], [tf.fill([30, 40, 3], level)]));
    const [bytes] = (await png!.bytes()) as unknown as Uint8Array[];
    writeFileSync(join(folder, name), bytes!);
  }
  writeFileSync(join(folder, 'broken.jpg'), 'none');
  writeFileSync(join(folder, 'notes.txt'), 'none');
  const images = await photos(folder);
  expect([images.shape, images.dtype]).toEqual([[2, 20, 20, 3], 'float32']);
  expect(Array.from(tf.max(images, [1, 2, 3]).dataSync(), Math.round)).toEqual([100, 200]);
  const { losses } = await train(images, 2, 8);
  expect(losses.every(Number.isFinite)).toBe(true);
  tf.dispose(images);
  rmSync(folder, { recursive: true });
});

test('what it learns tells kinds apart that the untrained network does not', async () => {
  const { images } = shapes(512, 3);
  const untrained = begin();
  const { state, losses } = await train(images, 600, 64); // after 400 another rounding, as of another processor, may still hide it
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(180, 260)) - 0.15); // earlier, the bank's rows are random or unlearned: easy negatives
  const [before, after] = [await knn(untrained), await knn(state)];
  expect(before).toBeLessThan(60); // chance: 25
  expect(after).toBeGreaterThan(before + 20);
  disposeTree(untrained);
  disposeTree(state);
  tf.dispose(images);
});
