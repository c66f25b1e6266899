import type { EncoderWeights, Mode, Tensors } from '@mochi/contract';
import { batchNormEval, batchNormTrain, conv2d, groupNorm, maxPool2d } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { encoderInput } from '../errors.js';
import type { Architecture, Block, ConvNorm, Linear } from './architecture.js';

const EPSILON = 1e-5;
/** Share of a batch's statistics in the running ones, as PyTorch counts it. */
const MOMENTUM = 0.1;

/** A pass over one batch: the weights, and the statistics that it leaves. */
interface Pass {
  readonly weights: EncoderWeights;
  readonly mode: Mode;
  readonly stats: Tensors;
}

/**
 * One forward pass.
 *
 * @param images [B, h, w, 3], normalised.
 * @returns backbone: the last feature map averaged over the image, [B, features]; head [B, dim], not normalised; stats: the running statistics
 *   after this batch in train mode (unbiased variance, momentum 0.1), the given tensors themselves in eval mode. New tensors belong to the caller.
 * @throws MOCHI_ENCODER_INPUT unless images have four dimensions and three channels.
 * @see He et al. 2016, arXiv:1512.03385; numbers as torchvision's.
 */
export function applyResnet(
  architecture: Architecture,
  weights: EncoderWeights,
  images: tf.Tensor4D,
  mode: Mode,
): { backbone: tf.Tensor2D; head: tf.Tensor2D; stats: Tensors } {
  if (images.rank !== 4 || images.shape[3] !== 3) throw encoderInput(images.shape);
  return tf.tidy(() => {
    const pass: Pass = { weights, mode, stats: mode === 'train' ? {} : weights.stats };
    let x: tf.Tensor4D = tf.relu(convNorm(pass, architecture.stem, images));
    if (architecture.pool) x = maxPool2d(x, { size: 3, stride: 2, padding: 1 }) as tf.Tensor4D;
    for (const block of architecture.blocks) x = residual(pass, block, x);
    const backbone = tf.mean(x, [1, 2]) as tf.Tensor2D;
    return { backbone, head: applyHead(weights.params, architecture.head, backbone), stats: pass.stats };
  });
}

function residual(pass: Pass, { convs, shortcut }: Block, x: tf.Tensor4D): tf.Tensor4D {
  const last = convs.length - 1;
  const path = convs.reduce((inner, layer, at) => {
    const next = convNorm(pass, layer, inner);
    return at < last ? tf.relu(next) : next;
  }, x);
  return tf.relu(tf.add(path, shortcut ? convNorm(pass, shortcut, x) : x));
}

function convNorm({ weights, mode, stats }: Pass, layer: ConvNorm, x: tf.Tensor4D): tf.Tensor4D {
  const { stride, padding, norm } = layer;
  const y = conv2d(x, weights.params[`${layer.conv}.weight`] as tf.Tensor4D, { stride, padding }) as tf.Tensor4D;
  const [scale, offset] = [weights.params[`${norm}.weight`], weights.params[`${norm}.bias`]] as [tf.Tensor1D, tf.Tensor1D];
  if (layer.groups !== undefined) return groupNorm(y, scale, offset, layer.groups, { epsilon: EPSILON });
  const mean = weights.stats[`${norm}.running_mean`] as tf.Tensor1D;
  const variance = weights.stats[`${norm}.running_var`] as tf.Tensor1D;
  if (mode === 'eval') return batchNormEval(y, scale, offset, mean, variance, { epsilon: EPSILON }) as tf.Tensor4D;
  const normed = batchNormTrain(y, scale, offset, mean, variance, { momentum: MOMENTUM, epsilon: EPSILON });
  stats[`${norm}.running_mean`] = normed.mean;
  stats[`${norm}.running_var`] = normed.variance;
  return normed.y as tf.Tensor4D;
}

const applyHead = (params: Tensors, layers: readonly Linear[], features: tf.Tensor2D): tf.Tensor2D =>
  layers.reduce<tf.Tensor2D>((x, { name }, at) => {
    const input = at > 0 ? tf.relu(x) : x;
    return tf.add(tf.matMul(input, params[`${name}.weight`] as tf.Tensor2D), params[`${name}.bias`]!);
  }, features);
