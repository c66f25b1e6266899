import * as tf from '@tensorflow/tfjs-core';

/** Numbers in [-1, 1), the same each time, no two equal within a tensor. */
export function numbers(shape: number[], seed = 1): tf.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const fraction = (x: number): number => x - Math.floor(x);
  return tf.tensor(
    Float32Array.from({ length: count }, (_, i) => 2 * fraction(0.618033988749895 * (i + 1) + 0.7548776662 * seed) - 1),
    shape,
  );
}

/**
 * The gradient of sum(fn(inputs) * weights) at each input, from the tape and from central differences of step `h`. Weights differ from
 * place to place, so that a transposed or shifted gradient shows.
 */
export function gradientPair(
  fn: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  h = 1e-2,
): { taped: Float32Array[]; numeric: Float32Array[] } {
  const loss = (...xs: tf.Tensor[]): tf.Scalar => {
    const y = fn(...xs);
    return tf.sum(tf.mul(y, numbers(y.shape, 5)));
  };
  const taped = tf.tidy(() =>
    tf
      .grads(loss)(inputs)
      .map((g) => g.dataSync() as Float32Array),
  );
  const numeric = inputs.map((input, which) => {
    const values = input.dataSync() as Float32Array;
    return values.map((_, at) => {
      const moved = (by: number): number =>
        tf.tidy(() => {
          const copy = values.slice();
          copy[at]! += by;
          return loss(...inputs.map((x, i) => (i === which ? tf.tensor(copy, x.shape) : x))).dataSync()[0]!;
        });
      return (moved(h) - moved(-h)) / (2 * h);
    });
  });
  return { taped, numeric };
}
