import type { Encoder, EncoderWeights, Tensors, TrainedEncoder } from '@mochi/contract';
import { batchNormEval, conv2d, createRng, groupNorm, maxPool2d } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Side of its images, pixels: odd, so that paddings of one side show. */
export const SIZE = 17;

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'conv1.weight': [7, 7, 3, 4],
  'bn1.weight': [4],
  'bn1.bias': [4],
  'layer1.0.conv1.weight': [3, 3, 4, 8],
  'layer1.0.bn1.weight': [8],
  'layer1.0.bn1.bias': [8],
  'layer1.0.downsample.0.weight': [1, 1, 4, 8],
  'fc.weight': [8, 5],
  'fc.bias': [5],
};

/** A small network that has what ResNets have: padded strides, pooling, batch norm, group norm, a shortcut, averages, a product. */
export const tinyEncoder: Encoder = {
  name: 'tiny',
  dims: { backbone: 8, head: 5 },
  init(rng) {
    const draw = (name: string, shape: readonly number[]): tf.Tensor => rng.fork(name).normal([...shape], 0, 0.5);
    const params = Object.fromEntries(Object.entries(SHAPES).map(([name, shape]) => [name, draw(name, shape)]));
    return { params, stats: { 'bn1.running_mean': draw('mean', [4]), 'bn1.running_var': tf.add(tf.abs(draw('var', [4])), 0.5) } };
  },
  apply: ({ params, stats }, images) => {
    const [backbone, head] = tf.tidy(() => forward({ params, stats }, images));
    return { backbone: backbone!, head: head!, stats };
  },
  stateDict: ({ params, stats }) =>
    tf.tidy(() => {
      const turn = (tensor: tf.Tensor): tf.Tensor =>
        tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor.rank === 2 ? tf.transpose(tensor) : tf.clone(tensor);
      const all: Tensors = { ...params, ...stats };
      return Object.fromEntries(Object.entries(all).map(([name, tensor]) => [name, turn(tensor)]));
    }),
};

function forward({ params, stats }: EncoderWeights, images: tf.Tensor4D): tf.Tensor2D[] {
  const at = <T extends tf.Tensor>(name: string): T => (params[name] ?? stats[name]) as T;
  const stem = conv2d(images, at('conv1.weight'), { stride: 2, padding: 3 });
  const normed = batchNormEval(stem, at('bn1.weight'), at('bn1.bias'), at('bn1.running_mean'), at('bn1.running_var'));
  const pooled = maxPool2d(tf.sub(tf.relu(normed), 1), { size: 3, stride: 2, padding: 1 }); // below 0, where padding with 0 would show
  const inner = conv2d(pooled, at('layer1.0.conv1.weight'), { stride: 2, padding: 1 });
  const grouped = groupNorm(inner, at('layer1.0.bn1.weight'), at('layer1.0.bn1.bias'), 4);
  const shortcut = conv2d(pooled, at('layer1.0.downsample.0.weight'), { stride: 2 });
  const backbone = tf.mean(tf.relu(tf.add(grouped, shortcut)), [1, 2]) as tf.Tensor2D;
  return [backbone, tf.add(tf.matMul(backbone, at<tf.Tensor2D>('fc.weight')), at('fc.bias'))];
}

/** With weights of its own, which the caller disposes. */
export const trainedTiny = (changes: Partial<TrainedEncoder> = {}): TrainedEncoder => ({
  encoder: tinyEncoder,
  weights: tf.tidy(() => tinyEncoder.init(createRng(3, 'tiny')) as never) as EncoderWeights,
  preprocessing: { size: SIZE, resize: 20, resizeSmall: SIZE, mean: [0.1, 0.2, 0.3], std: [0.5, 0.6, 0.7] },
  facts: {
    name: 'tiny-run',
    config: {
      encoder: { name: 'tiny', weights: '/somewhere/secret.pth' },
      method: 'moco-v2',
      data: { name: 'image-folder', root: '/home/somebody/photos' },
      sampler: [{ name: 'mochi', n: 4 }],
    },
    step: 7,
    epoch: 2,
    seen: 6,
    mochi: '1.2.3',
    begun: '2026-01-02T03:04:05.000Z',
    initialWeights: null,
    metrics: {
      'knn/top1': {
        value: 12.345,
        unit: '%',
        better: 'higher',
        low: 10,
        high: 14.5,
        n: 80,
        atStart: 11,
        settings: { k: 5, temperature: 0.07, test: 'val', split: null },
      },
      rank: { value: 3, unit: '', better: 'higher' },
    },
    changes: [],
    fingerprint: async () => ({
      dataset: 'photos',
      splits: [{ name: 'train', images: 3, classes: 20, bytes: 99, namesSha256: 'abc' }],
    }),
  },
  ...changes,
});

export interface Reference {
  /** [batch, SIZE, SIZE, 3]. */
  readonly images: Float32Array;
  readonly outputs: Readonly<Record<'backbone' | 'head', Float32Array>>;
}

/** Images, and what the encoder itself makes of them. */
export function referenceOf({ encoder, weights, preprocessing: { size } }: TrainedEncoder, batch: number): Reference {
  const images = createRng(9, 'images').normal([batch, size, size, 3]) as tf.Tensor4D;
  const { backbone, head } = encoder.apply(weights, images, 'eval');
  const values = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;
  const reference = { images: values(images), outputs: { backbone: values(backbone), head: values(head) } };
  tf.dispose([images, backbone, head]);
  return reference;
}

/** Channels last to channels second. */
export function toNchw(images: Float32Array, batch: number, size: number): Float32Array {
  const made = new Float32Array(images.length);
  for (let b = 0; b < batch; b++)
    for (let pixel = 0; pixel < size * size; pixel++)
      for (let c = 0; c < 3; c++) made[(b * 3 + c) * size * size + pixel] = images[(b * size * size + pixel) * 3 + c]!;
  return made;
}
