import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { imageSize } from './dynamic-shape.js';

/**
 * Bilinear resize with antialiasing: a triangle filter that widens with the reduction, as PIL's BILINEAR and torchvision's antialias have
 * it. PIL rounds to whole numbers between its two passes, so it may differ by 1 of 255. No gradient.
 *
 * @param image [h, w, C] float32; h and w may be unknown (-1) while tracing. @param size [height, width], pixels.
 * @returns [height, width, C].
 */
export function resizeAntialiased(image: tf.Tensor3D, [height, width]: readonly [number, number]): tf.Tensor3D {
  return tf.tidy(() => {
    const from = imageSize(image);
    const scale = tf.div(tf.tensor1d([height, width]), tf.cast(tf.stack([from.height, from.width]), 'float32'));
    const attrs = [attr.type('T', 'float32'), attr.string('kernel_type', 'triangle'), attr.bool('antialias', true)];
    const inputs = [tf.expandDims(image, 0), tf.tensor1d([height, width], 'int32'), scale, tf.zeros([2])];
    return tf.squeeze(execute('ScaleAndTranslate', attrs, inputs)[0]!, [0]);
  });
}
