import * as tf from '@tensorflow/tfjs-core';
import type { OnlineLinearConfig } from './config.js';

// Type, not interface: tf.tidy takes records alone.
/** A classifier in training: W [D, C], b [C], and the velocity of each. */
export type OnlineProbe = { weight: tf.Tensor2D; bias: tf.Tensor1D; weightVelocity: tf.Tensor2D; biasVelocity: tf.Tensor1D };

/**
 * One step of SGD with momentum on the mean cross-entropy over the labelled rows, and what the classifier knew before it.
 *
 * @param rows Features, constants, [B, D]. @param labels [B] int32; below 0 or from `classes` on: the row does not count.
 * @returns The next classifier; top1 in percent and loss in nats over the labelled rows, NaN where there is none.
 */
export function probeStep(probe: OnlineProbe, rows: tf.Tensor2D, labels: tf.Tensor1D, options: OnlineLinearConfig) {
  const { classes, rate, momentum, weightDecay } = options;
  const counted = tf.cast(
    tf.logicalAnd(tf.greaterEqual(labels, tf.scalar(0, 'int32')), tf.less(labels, tf.scalar(classes, 'int32'))),
    'float32',
  );
  const count = tf.sum(counted);
  const logs = tf.logSoftmax(tf.add(tf.matMul(rows, probe.weight), probe.bias) as tf.Tensor2D);
  const target = tf.cast(tf.oneHot(labels, classes), 'float32');
  const share = tf.expandDims(tf.div(counted, tf.maximum(count, 1)), 1); // [B, 1]
  const error = tf.mul<tf.Tensor2D>(tf.sub(tf.exp(logs), target), share);
  const right = tf.cast(tf.equal(tf.cast(tf.argMax(logs, 1), 'int32'), labels), 'float32');
  const mean = (values: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(values, counted)), count);
  const weightGradient = tf.add(tf.matMul(rows, error, true, false), tf.mul(probe.weight, weightDecay));
  const weightVelocity = tf.add<tf.Tensor2D>(tf.mul(probe.weightVelocity, momentum), weightGradient);
  const biasVelocity = tf.add<tf.Tensor1D>(tf.mul(probe.biasVelocity, momentum), tf.sum(error, 0));
  const next: OnlineProbe = {
    weight: tf.sub(probe.weight, tf.mul(weightVelocity, rate)),
    bias: tf.sub(probe.bias, tf.mul(biasVelocity, rate)),
    weightVelocity,
    biasVelocity,
  };
  return {
    next,
    top1: tf.mul(mean(right), 100) as tf.Scalar,
    lossNats: mean(tf.neg(tf.sum(tf.mul(logs, target), 1))),
  };
}
