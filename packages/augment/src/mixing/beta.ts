import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Steps of the table of quantiles; between them it is a straight line. */
const STEPS = 1024;

/**
 * Numbers of the distribution Beta(alpha, alpha) from uniform ones, by its quantiles: equal draws give equal numbers, one each.
 *
 * @param u Uniform in [0, 1), any shape. @param alpha Above 0: 1 is uniform, below 1 most lie near 0 and 1.
 */
export function betaFrom<T extends tf.Tensor>(u: T, alpha: number): T {
  if (alpha === 1) return tf.clone(u);
  return tf.tidy(() => {
    const table = tf.tensor1d(betaQuantiles(alpha));
    const at = tf.mul(u, STEPS);
    const low = tf.minimum(tf.floor(at), STEPS - 1);
    const take = (index: tf.Tensor): tf.Tensor => tf.reshape(gather(table, tf.reshape(tf.cast(index, 'int32'), [-1])), u.shape);
    const [from, to] = [take(low), take(tf.add(low, 1))];
    return tf.add(from, tf.mul(tf.sub(to, from), tf.sub(at, low))) as T;
  });
}

/** The quantiles k / STEPS of Beta(alpha, alpha), k from 0 to STEPS: the inverse of the sum of its density, which is symmetric about 1/2. */
function betaQuantiles(alpha: number): Float32Array {
  // With x = v^(1/alpha) / (v^(1/alpha) + (1 - v)^(1/alpha)) no density is infinite: v in (0, 1) is summed evenly.
  const cells = 1 << 14;
  const x = (v: number): number => {
    const [a, b] = [v ** (1 / alpha), (1 - v) ** (1 / alpha)];
    return a / (a + b);
  };
  // d(x) / d(v) times the density x^(alpha - 1) (1 - x)^(alpha - 1), up to a constant: (a + b)^(-2 alpha), a and b as above.
  const mass = (v: number): number => (v ** (1 / alpha) + (1 - v) ** (1 / alpha)) ** (-2 * alpha);
  const sums = new Float64Array(cells + 1);
  for (let n = 0; n < cells; n++) sums[n + 1] = sums[n]! + mass((n + 0.5) / cells);
  const total = sums[cells]!;
  let cell = 0;
  return Float32Array.from({ length: STEPS + 1 }, (_, k) => {
    const wanted = (k / STEPS) * total;
    while (cell < cells - 1 && sums[cell + 1]! < wanted) cell++;
    return x((cell + (wanted - sums[cell]!) / (sums[cell + 1]! - sums[cell]!)) / cells);
  });
}
