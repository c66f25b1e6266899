import type { Augmentation, Tensors } from '@mochi/contract';
import { attr, cond, execute, resizeBoxes } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { cropPlan, cutView, rounded, sizeOf, type CropPlan } from './crop-plan.js';
import { drawsOf, type ViewGroup } from './view-groups.js';

/** Pixels. Laying larger images into a canvas takes longer than cropping them. */
const LARGEST_CANVAS = 96;

type Input = { image: tf.Tensor3D; id: tf.Tensor; keys: readonly tf.Tensor[]; captured: readonly tf.Tensor[] };
type Laid = { canvas: tf.Tensor; size: tf.Tensor };

/**
 * Views of at most some dozen pixels. Within the pipeline an image is only laid into a canvas, as large as the first images of the split; boxes, resize and all the rest
 * are done on the batch, by one function, because a hundred small ops for each image would take longer than what they compute. An image that
 * is larger than the canvas is cropped by itself, and its views lie in the canvas.
 */
export class SmallViews {
  private readonly plan: CropPlan;
  private readonly canvas: number;

  constructor(
    private readonly augmentation: Augmentation,
    readonly group: ViewGroup,
    longestSide: number,
  ) {
    this.canvas = longestSide > LARGEST_CANVAS ? group.spec.size : Math.max(group.spec.size, longestSide);
    this.plan = cropPlan(augmentation, group);
  }

  /** The canvas of each view [V, canvas, canvas, 3] uint8, and height and width of the image in it, [2]; 0 where it is a view already. */
  element(image: tf.Tensor3D, id: tf.Tensor, keys: readonly tf.Tensor[]): Tensors {
    const inputs: Input = { image, id, keys, captured: this.plan.captured };
    const { canvas, size } = this.layOrCrop(inputs);
    return { [this.name('canvas')]: canvas, [this.name('size')]: size };
  }

  /** The views by their names, [B, size, size, 3]. */
  batch(record: Tensors, ids: tf.Tensor1D, keys: readonly tf.Tensor[]): Tensors {
    const { views, spec } = this.group;
    const { size, sees, name } = spec;
    const canvases = viewByView(record[this.name('canvas')]!);
    const inCanvas = tf.tile(tf.cast(record[this.name('size')]!, 'float32'), [views.length, 1]) as tf.Tensor2D;
    const done = tf.equal(inCanvas, 0); // [V * B, 2]
    const sizes = tf.where<tf.Tensor>(done, tf.scalar(size), inCanvas) as tf.Tensor2D;
    const draws = drawsOf(this.group, ids, keys);
    const whole = tf.tensor2d([0, 0, size, size], [1, 4]);
    const boxes = tf.where<tf.Tensor>(
      tf.concat([done, done], 1),
      whole,
      this.augmentation.crop(sizes, draws, name),
    ) as tf.Tensor2D;
    const made = this.augmentation.apply(rounded(resizeBoxes(canvases, sizes, boxes, size, sees)), draws, name);
    return Object.fromEntries(tf.split(made, views.length, 0).map((view, at) => [views[at]!.name, view]));
  }

  dispose(): void {
    this.plan.dispose();
  }

  private name(what: string): string {
    return `${what}/${this.group.spec.name}`;
  }

  private layOrCrop(inputs: Input): Laid {
    const [height, width] = inputs.image.shape;
    // Raw pixels are all of one size, known now.
    if (height > 0 && width > 0) return Math.max(height, width) <= this.canvas ? this.lay(inputs) : this.crop(inputs);
    const fits = tf.lessEqual(tf.max(sizeOf(inputs.image)), tf.scalar(this.canvas, 'int32'));
    return cond(fits, inputs, (input) => this.lay(input), (input) => this.crop(input)); // prettier-ignore
  }

  private lay({ image }: Input): Laid {
    return {
      canvas: this.padded(execute('ExpandDims', [], [image, tf.scalar(0, 'int32')])[0]!, sizeOf(image)),
      size: sizeOf(image),
    };
  }

  private crop({ image, id, keys, captured }: Input): Laid {
    const { size } = this.group.spec;
    const { boxes } = this.plan.call(id, sizeOf(image), keys, captured);
    const views = tf.unstack(boxes).map((box) => cutView(image, box as tf.Tensor1D, this.group.spec));
    const made = execute('Cast', [attr.type('DstT', 'uint8')], [tf.stack(views)])[0]!;
    return { canvas: this.padded(made, tf.tensor1d([size, size], 'int32')), size: tf.zeros([2], 'int32') };
  }

  /** [V, canvas, canvas, 3] of one image for all views, or one for each: [1 or V, height, width, 3]. */
  private padded(images: tf.Tensor, size: tf.Tensor1D): tf.Tensor {
    const { length } = this.group.views;
    const after = tf.concat([tf.zeros([1], 'int32'), tf.sub(tf.scalar(this.canvas, 'int32'), size), tf.zeros([1], 'int32')]);
    const canvas = execute('Pad', [], [images, tf.stack([tf.zeros([4], 'int32'), after], 1)])[0]!;
    const copies =
      images.shape[0] === length ? canvas : execute('Tile', [], [canvas, tf.tensor1d([length, 1, 1, 1], 'int32')])[0]!;
    return ensured(copies, [length, this.canvas, this.canvas, 3]);
  }
}

const ensured = (x: tf.Tensor, shape: number[]): tf.Tensor => execute('EnsureShape', [attr.shape('shape', shape)], [x])[0]!;

/** [B, V, size, size, 3] uint8 as [V * B, size, size, 3] float32. */
function viewByView(canvases: tf.Tensor): tf.Tensor4D {
  const [batch, views, height, width, colours] = canvases.shape as [number, number, number, number, number];
  const floats = execute('Cast', [attr.type('DstT', 'float32')], [canvases])[0]!;
  return tf.reshape(tf.transpose(floats, [1, 0, 2, 3, 4]), [views * batch, height, width, colours]);
}
