import * as tf from '@tensorflow/tfjs-core';

/** The margin that evaluation on ImageNet cuts off: 256 pixels before, 224 after. */
const MARGIN = 256 / 224;

/**
 * What the usual evaluation view shows. An image whose shorter side is above `size` is resized so that it is round(size * 256 / 224), and the
 * centre is cut out; a smaller one is resized so that its shorter side is `size`. Of an image of size x size it is all.
 *
 * @param sizes Height and width of each image, pixels, [B, 2]. @param size Side of the view, pixels.
 * @returns Top, left, height, width in pixels of the image, as fractions: [B, 4]. The resize sees the whole image.
 */
export function evalBoxes(sizes: tf.Tensor2D, size: number): tf.Tensor2D {
  return tf.tidy(() => {
    const shorter = tf.min(sizes, 1, true);
    const wanted = tf.where(tf.greater(shorter, size), tf.scalar(Math.round(size * MARGIN)), tf.scalar(size));
    // torchvision's Resize: the longer side is truncated. The product first: 256 * 500 is exact, 256 * (500 / 375) is not.
    const target = tf.floor(tf.div(tf.mul(sizes, wanted), shorter));
    // torchvision's CenterCrop rounds half to even.
    const corner = tf.round(tf.mul(tf.sub(target, size), 0.5));
    const pixel = tf.div(sizes, target); // of the resized image, in pixels of the image
    return tf.concat([tf.mul(corner, pixel), tf.mul(pixel, size)], 1) as tf.Tensor2D;
  });
}
