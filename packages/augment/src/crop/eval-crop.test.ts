import { resizeBox, resizeBoxes, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { toGrid } from '../planes.js';
import { evalBoxes } from './eval-crop.js';

await startTensorFlow();

/** The view, by itself and as in a batch. */
const evalCrop = (image: tf.Tensor3D, size: number): tf.Tensor3D[] =>
  tf.tidy(() => {
    const sizes = tf.tensor2d([image.shape.slice(0, 2)]);
    const boxes = evalBoxes(sizes, size);
    const alone = resizeBox(image, tf.reshape(boxes, [4]) as tf.Tensor1D, size, 'image');
    const batch = resizeBoxes(tf.expandDims(image, 0) as tf.Tensor4D, sizes, boxes, size, 'image');
    return [toGrid(alone), toGrid(tf.squeeze(batch, [0]) as tf.Tensor3D)];
  });

/** Red grows to the right, green grows downwards, blue is constant. */
const ramp = (height: number, width: number): tf.Tensor3D =>
  tf.tidy(() => {
    const x = tf.tile(tf.reshape(tf.range(0, width), [1, width, 1]), [height, 1, 1]);
    const y = tf.tile(tf.reshape(tf.range(0, height), [height, 1, 1]), [1, width, 1]);
    return tf.concat([x, y, tf.fill([height, width, 1], 77)], 2) as tf.Tensor3D;
  });

test('an image of the size of the view comes back as it is', () => {
  const image = tf.floor(tf.mul(tf.randomUniform([32, 32, 3], 0, 1, 'float32', 1), 256)) as tf.Tensor3D;
  for (const view of evalCrop(image, 32)) expect(view).toBeAllClose(image, { rtol: 0, atol: 0 });
});

test.each([
  // width 200 -> 64 * 200 / 100 = 128 wide, 64 high for a view of 56; the crop begins at x = 36, y = 4
  { name: 'a large image loses its margin', height: 100, width: 200, size: 56, left: 36, top: 4, scale: 64 / 100 },
  { name: 'an image with the shorter side of the view is cut alone', height: 32, width: 48, size: 32, left: 8, top: 0, scale: 1 },
  { name: 'a small image is enlarged', height: 20, width: 30, size: 40, left: 10, top: 0, scale: 2 },
])('$name', ({ height, width, size, left, top, scale }) => {
  for (const view of evalCrop(ramp(height, width), size)) {
    expect(view).toHaveShape([size, size, 3]);
    const centre = (view.arraySync() as number[][][])[size / 2]![size / 2]!;
    const source = (at: number): number => (at + 0.5) / scale - 0.5;
    expect(Math.abs(centre[0]! - source(left + size / 2))).toBeLessThanOrEqual(0.51);
    expect(Math.abs(centre[1]! - source(top + size / 2))).toBeLessThanOrEqual(0.51);
    expect(centre[2]).toBe(77);
  }
});
