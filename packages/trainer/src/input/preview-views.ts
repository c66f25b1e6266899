import type { Augmentation, ViewSpec } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { cutView } from './crop-plan.js';
import { drawKeys, drawsOf } from './view-groups.js';

/** One view of one image, made eagerly. */
export interface PreviewedView {
  readonly view: string;
  readonly epoch: number;
  /** Normalised, [size, size, 3]. The caller disposes it. */
  readonly image: tf.Tensor3D;
  /** Top, left, height, width, pixels. */
  readonly box: readonly number[];
  /** What was drawn, by operation and parameter; of `chosen` 1 is yes. Empty where the augmentation does not tell. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** The view of a sample that training with this seed sees in an epoch. @param image [height, width, 3] uint8. */
export function previewView(
  augmentation: Augmentation,
  spec: ViewSpec,
  image: tf.Tensor3D,
  { id, seed, epoch }: { id: number; seed: number; epoch: number },
): PreviewedView {
  const { name: view } = spec;
  const drawn: Record<string, Record<string, number[]>> = {};
  let box: number[] = [];
  const made = tf.tidy(() => {
    const keys = drawKeys(seed, epoch, [spec]).map((key) => tf.scalar(key, 'int32'));
    const draws = drawsOf({ views: [spec], spec }, tf.tensor1d([id], 'int32'), keys);
    const [height, width] = image.shape;
    const boxes = augmentation.crop(tf.tensor2d([[height, width]]), draws, view);
    box = Array.from(boxes.dataSync());
    for (const [operation, parameters] of Object.entries(augmentation.parameters?.(draws, view) ?? {}))
      drawn[operation] = Object.fromEntries(Object.entries(parameters).map(([name, x]) => [name, Array.from(x.dataSync())]));
    const cut = cutView(image, tf.reshape(boxes, [4]), spec);
    return tf.squeeze(augmentation.apply(tf.expandDims(cut) as tf.Tensor4D, draws, view), [0]) as tf.Tensor3D;
  });
  return { view, epoch, image: made, box, parameters: drawn };
}
