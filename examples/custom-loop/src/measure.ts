import type { EncoderWeights, EvalContext, Features } from '@mochi/contract';
import { evalTransform } from '@mochi/augment';
import { knnConfig, knnEvaluator } from '@mochi/evaluators';
import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { encoder, SIZE } from './loop.js';
import { CLASSES, shapes } from './shapes.js';

/** The shipped evaluator with features of our own: percent of test images that their nearest training images name rightly. */
export async function knn(weights: EncoderWeights): Promise<number> {
  const evaluator = knnEvaluator(knnConfig.parse({ k: 10, train: 'train', test: 'test' }));
  const features: EvalContext['features'] = async (split) =>
    featuresOf(weights, split === 'train' ? 200 : 100, split === 'train' ? 1 : 2);
  const context: EvalContext = {
    progress: { step: 0, epoch: 0, epochs: 0, stepsPerEpoch: 1, totalSteps: 1, filled: 0 },
    features,
    splits: ['train', 'test'],
    heldOut: async () => 'test',
    rng: createRng(1, 'evaluate'),
    signal: new AbortController().signal,
  };
  const { top1 } = await evaluator.run(context);
  return typeof top1 === 'number' ? top1 : top1!.value;
}

async function featuresOf(weights: EncoderWeights, rows: number, seed: number): Promise<Features> {
  const { images, labels } = shapes(rows, seed);
  const plain = evalTransform(SIZE);
  const backbone = tf.tidy(() => {
    const shrunk = tf.round(tf.image.resizeBilinear(images, [SIZE, SIZE]));
    return encoder.apply(weights, plain.apply(shrunk, tf.zeros([rows, 0]), 'eval'), 'eval').backbone;
  });
  const features = (await backbone.data()) as Float32Array;
  tf.dispose([images, backbone]);
  const ids = Int32Array.from(labels.keys());
  const classes = Array.from({ length: CLASSES }, (_, kind) => `kind ${kind}`);
  return { rows, dim: encoder.dims.backbone, features, ids, labels, classes };
}
