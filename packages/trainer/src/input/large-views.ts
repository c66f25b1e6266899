import type { Augmentation, Tensors } from '@mochi/contract';
import { resizeToColumns } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { cropPlan, rounded, sizeOf, type CropPlan } from './crop-plan.js';
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
      columns: { dtype: 'float32', shape: [size, 3, size] },
      draws: { dtype: 'float32', shape: [1, draws] },
    } as const;
    const apply = (element: Tensors): Tensors => {
      const images = tf.expandDims(tf.transpose(rounded(element['columns']!), [2, 0, 1])) as tf.Tensor4D;
      const made = augmentation.apply(images, element['draws'] as tf.Tensor2D, name);
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
      const columns = resizeToColumns(image, boxes[at]!, spec.size, spec.sees);
      return [views[at]!.name, this.apply.call({ columns, draws })['view']!] as const;
    });
    return Object.fromEntries(made);
  }

  dispose(): void {
    this.plan.dispose();
    this.apply.dispose();
  }
}
