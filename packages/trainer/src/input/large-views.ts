import type { Augmentation, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { cropPlan, cutView, sizeOf, type CropPlan } from './crop-plan.js';
import { traceMap, type TracedMap } from './traced-map.js';
import type { ViewGroup } from './view-groups.js';

/** Large views are made within the pipeline, image by image: what an image is not chosen for is not computed, and both cores are busy. */
export class LargeViews {
  private readonly plan: CropPlan;
  private readonly apply: TracedMap;

  constructor(
    augmentation: Augmentation,
    readonly group: ViewGroup,
  ) {
    const { name, size, draws } = group.spec;
    this.plan = cropPlan(augmentation, group);
    const specs = {
      images: { dtype: 'float32', shape: [1, size, size, 3] },
      draws: { dtype: 'float32', shape: [1, draws] },
    } as const;
    const apply = (element: Tensors): Tensors => {
      const made = augmentation.apply(element['images'] as tf.Tensor4D, element['draws'] as tf.Tensor2D, name);
      return { view: tf.squeeze(made, [0]) };
    };
    this.apply = traceMap('apply', specs, apply, { xla: true });
  }

  /** The views by their names, [size, size, 3]. */
  element(image: tf.Tensor3D, id: tf.Tensor, keys: readonly tf.Tensor[]): Tensors {
    const { views, spec } = this.group;
    const plan = this.plan.call(id, sizeOf(image), keys);
    const boxes = tf.unstack(plan.boxes) as tf.Tensor1D[];
    const made = tf.split(plan.draws, views.length, 0).map((draws, at) => {
      const images = tf.expandDims(cutView(image, boxes[at]!, spec), 0);
      return [views[at]!.name, this.apply.call({ images, draws })['view']!] as const;
    });
    return Object.fromEntries(made);
  }

  /** They are ready. */
  batch(record: Tensors): Tensors {
    return Object.fromEntries(this.group.views.map(({ name }) => [name, record[name]!]));
  }

  dispose(): void {
    this.plan.dispose();
    this.apply.dispose();
  }
}
