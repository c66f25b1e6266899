import { attr, execute } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** An image as a PNG within a page. @param image [height, width, 3], whole numbers in 0..255. */
export function pngUrl(image: tf.Tensor3D): string {
  const bytes = tf.tidy(() => {
    const [pixels] = execute('Cast', [attr.type('DstT', 'uint8')], [image]);
    const [encoded] = execute('EncodePng', [attr.type('T', 'uint8')], [pixels!]);
    return (tf.engine().readSync(encoded!.dataId) as unknown as Uint8Array[])[0]!;
  });
  return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
}

/** A normalised view as it was before. Without statistics: spread over 0..255. */
export const shown = (
  image: tf.Tensor3D,
  statistics: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined,
): tf.Tensor3D =>
  tf.tidy(() => {
    const [low, high] = [tf.min(image), tf.max(image)];
    const unit = statistics
      ? tf.add(tf.mul(image, [...statistics.std]), [...statistics.mean])
      : tf.div(tf.sub(image, low), tf.maximum(tf.sub(high, low), 1e-6));
    return tf.clipByValue(tf.round(tf.mul(unit, 255)), 0, 255) as tf.Tensor3D;
  });
