import { attr, execute, imageSize, sliceDynamic } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { toGrid } from '../planes.js';

/** The margin that evaluation on ImageNet cuts off: 256 pixels before, 224 after. */
const MARGIN = 256 / 224;

/**
 * The usual evaluation view. An image whose shorter side is above `size` is resized so that it is round(size * 256 / 224), and the centre is
 * cut out; a smaller one is resized so that its shorter side is `size`. An image of size x size comes back as it is.
 *
 * @param image [height, width, 3] in 0..255; its sides may be unknown while tracing.
 * @returns [size, size, 3], whole numbers in 0..255.
 */
export function evalCrop(image: tf.Tensor3D, size: number): tf.Tensor3D {
  return tf.tidy(() => {
    const { height, width } = imageSize(image);
    const sides = tf.stack([height, width]) as tf.Tensor1D;
    const shorter = tf.minimum(height, width);
    const wanted = tf.where(tf.greater(shorter, size), tf.scalar(Math.round(size * MARGIN), 'int32'), tf.scalar(size, 'int32'));
    // torchvision's Resize: the longer side is truncated. In whole numbers: 256 * 500 is exact, 256 * (500 / 375) is not.
    const target = tf.floorDiv(tf.mul(sides, wanted), shorter) as tf.Tensor1D;
    const resized = resizeTo(image, sides, target);
    // torchvision's CenterCrop rounds half to even.
    const corner = tf.cast(tf.round(tf.mul(tf.cast(tf.sub(target, size), 'float32'), 0.5)), 'int32');
    const begin = tf.concat([corner, tf.tensor1d([0], 'int32')]) as tf.Tensor1D;
    return tf.reshape(toGrid(sliceDynamic(resized, begin, tf.tensor1d([size, size, 3], 'int32'))), [size, size, 3]);
  });
}

/** As `resizeAntialiased`, with a size that is known only when it runs. */
function resizeTo(image: tf.Tensor3D, from: tf.Tensor1D, to: tf.Tensor1D): tf.Tensor3D {
  const scale = tf.div(tf.cast(to, 'float32'), tf.cast(from, 'float32'));
  const attrs = [attr.type('T', 'float32'), attr.string('kernel_type', 'triangle'), attr.bool('antialias', true)];
  const batch = execute(
    'ExpandDims',
    [attr.type('T', 'float32'), attr.type('Tdim', 'int32')],
    [image, tf.scalar(0, 'int32')],
  )[0]!;
  const resized = execute('ScaleAndTranslate', attrs, [batch, to, scale, tf.zeros([2])])[0]!;
  return execute('Squeeze', [attr.type('T', 'float32'), attr.ints('squeeze_dims', [0])], [resized])[0] as tf.Tensor3D;
}
