import type { Augmentation, Tensors } from '@mochi/contract';
import { execute, resizeBox } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { traceMap } from './traced-map.js';
import { drawsOf, type ViewGroup } from './view-groups.js';

const keyName = (at: number): string => `key/${at}`;

/** One image's draws and boxes in a group of views, as a function of its own: some hundred small ops are one call then. */
export interface CropPlan {
  /** @param size Height and width, [2] int32. @param captured See `TracedMap`. @returns draws [V, draws], boxes [V, 4]. */
  call(
    id: tf.Tensor,
    size: tf.Tensor,
    keys: readonly tf.Tensor[],
    captured?: readonly tf.Tensor[],
  ): { draws: tf.Tensor2D; boxes: tf.Tensor2D };
  readonly captured: readonly tf.Tensor[];
  dispose(): void;
}

export function cropPlan(augmentation: Augmentation, group: ViewGroup): CropPlan {
  const scalar = { dtype: 'int32', shape: [] } as const;
  const keys = Object.fromEntries(group.views.map((_, at) => [keyName(at), scalar]));
  const plan = (element: Tensors): Tensors => {
    const ids = tf.reshape(element['id']!, [1]) as tf.Tensor1D;
    const draws = drawsOf(group, ids, group.views.map((_, at) => element[keyName(at)]!)); // prettier-ignore
    const sizes = tf.tile(tf.cast(tf.reshape(element['size']!, [1, 2]), 'float32'), [group.views.length, 1]) as tf.Tensor2D;
    return { draws, boxes: augmentation.crop(sizes, draws, group.spec.name) };
  };
  const traced = traceMap('crop_plan', { id: scalar, size: { dtype: 'int32', shape: [2] }, ...keys }, plan, { xla: true });
  const named = (given: readonly tf.Tensor[]): Tensors => Object.fromEntries(given.map((key, at) => [keyName(at), key]));
  return {
    call: (id, size, given, captured) => traced.call({ id, size, ...named(given) }, captured) as ReturnType<CropPlan['call']>,
    captured: traced.captured,
    dispose: () => traced.dispose(),
  };
}

/** Height and width, [2] int32. @param image [height, width, 3] uint8, sides unknown. */
export function sizeOf(image: tf.Tensor): tf.Tensor1D {
  const shape = execute('Shape', [], [image])[0]!;
  return tf.slice(shape, 0, 2) as tf.Tensor1D;
}

/** A view cut out of one image, as a uint8 image has it: whole numbers, [size, size, 3] float32. */
export function cutView(image: tf.Tensor3D, box: tf.Tensor1D, { size, sees }: ViewGroup['spec']): tf.Tensor3D {
  return rounded(tf.reshape(resizeBox(image, box, size, sees), [size, size, 3]));
}

/** The nearest number that a uint8 image can hold. */
export const rounded = <T extends tf.Tensor>(x: T): T => tf.clipByValue(tf.floor(tf.add(x, 0.5)), 0, 255) as T;
