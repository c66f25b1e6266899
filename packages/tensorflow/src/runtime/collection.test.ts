import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { liveHandles, startTensorFlow } from '../index.js';

await startTensorFlow();

test('what is collected without dispose() is freed', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const x = tf.tidy(() => tf.add(tf.zeros([2]), 1));
  const before = liveHandles().handles;
  (() => {
    for (let i = 0; i < 10; i++) tf.add(x, x);
  })();
  expect(liveHandles().handles).toBe(before + 10);
  for (let i = 0; i < 100 && liveHandles().handles > before; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(liveHandles().handles).toBe(before);
  expect(Array.from(x.dataSync())).toEqual([1, 1]);
});
