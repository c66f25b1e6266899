import { attr, execute } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';
import { LEVELS, lookUp } from './look-up.js';

/**
 * torchvision's autocontrast: of each colour of each image the least value becomes 0 and the greatest 255.
 *
 * PIL truncates v * scale + offset in float64; so does this. Where XLA makes one operation of product and sum, a value whose exact result is a
 * whole number may come out one lower or higher.
 */
export const autocontrast = (planes: Planes): Planes =>
  tf.tidy(() => {
    const [low, high] = [tf.min(planes, [2, 3]), tf.max(planes, [2, 3])].map((x) => tf.expandDims(x, 2)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    const values = tf.add(tf.zeros([planes.shape[0], planes.shape[1], LEVELS]), tf.range(0, LEVELS)) as tf.Tensor3D;
    const scale = wide('RealDiv', double(tf.scalar(LEVELS - 1)), double(tf.maximum(tf.sub(high, low), 1)));
    const offset = wide('Mul', double(tf.neg(low)), scale);
    const stretched = single(wide('AddV2', wide('Mul', double(values), scale), offset));
    const table = tf.clipByValue(tf.floor(tf.maximum(stretched, 0)), 0, LEVELS - 1);
    return lookUp(planes, tf.where(tf.greater(high, low), table, values) as tf.Tensor3D);
  });

const cast = (x: tf.Tensor, dtype: 'float32' | 'float64'): tf.Tensor => execute('Cast', [attr.type('DstT', dtype)], [x])[0]!;
const double = (x: tf.Tensor): tf.Tensor => cast(x, 'float64');
/** Truncated as float64: rounded to float32, 2.9999999 would be 3. */
const single = (x: tf.Tensor): tf.Tensor => cast(execute('Floor', [attr.type('T', 'float64')], [x])[0]!, 'float32');
const wide = (op: string, a: tf.Tensor, b: tf.Tensor): tf.Tensor => execute(op, [attr.type('T', 'float64')], [a, b])[0]!;
