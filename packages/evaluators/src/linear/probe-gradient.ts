import * as tf from '@tensorflow/tfjs-core';

/** L linear classifiers side by side, one for each learning rate. */
export interface Probe {
  /** [D, L, C] */
  readonly weights: tf.Tensor3D;
  /** [L, C] */
  readonly bias: tf.Tensor2D;
}

/** Scores before the softmax, [B, L, C]: one matrix product for all L. @param rows [B, D] */
export function probeLogits(rows: tf.Tensor2D, { weights, bias }: Probe): tf.Tensor3D {
  const [dim, probes, classes] = weights.shape;
  return tf.tidy(() =>
    tf.add(tf.reshape(tf.matMul(rows, tf.reshape(weights, [dim, probes * classes])), [-1, probes, classes]), bias),
  );
}

/**
 * Gradient of the mean cross-entropy (nats) of each classifier: with p the softmax and y the one-hot labels, X' (p - y) / B for the weights and
 * the column sums of (p - y) / B for the bias.
 *
 * @param rows [B, D]. @param labels [B] int32. @returns Gradients in the shapes of the probe.
 */
export function probeGradient(rows: tf.Tensor2D, labels: tf.Tensor1D, probe: Probe): Probe {
  const [dim, probes, classes] = probe.weights.shape;
  return tf.tidy(() => {
    const target = tf.expandDims(tf.oneHot(labels, classes), 1); // [B, 1, C]
    const error = tf.div(tf.sub(tf.softmax(probeLogits(rows, probe)), target), rows.shape[0]); // [B, L, C]
    const weights = tf.matMul(rows, tf.reshape(error, [-1, probes * classes]), true, false);
    return { weights: tf.reshape(weights, [dim, probes, classes]) as tf.Tensor3D, bias: tf.sum<tf.Tensor2D>(error, 0) };
  });
}
