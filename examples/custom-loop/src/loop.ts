// A training loop of one's own in TensorFlow.js. Of mochi only the parts that are hard to get right: the loss over synthetic negatives with its
// gradient, the sampler, the bank, the augmentation. No trainer, no config, no plugin, no host.
import { augmentationOf, recipeOf, recipes } from '@mochi/augment';
import type { BankState, Encoder, EncoderWeights, Tensors } from '@mochi/contract';
import { resnet } from '@mochi/encoders';
import { contrastiveLoss } from '@mochi/losses';
import { enqueue, initBank } from '@mochi/memory-bank';
import { sgd } from '@mochi/optim';
import { mochiConfig, mochiNegatives } from '@mochi/samplers';
import { compile, createRng, disposeTree, l2Normalize, stopGradient, valueAndGrads, type Compiled } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

export const SIZE = 16;
const [BANK, MOMENTUM, TEMPERATURE, SEED] = [256, 0.95, 0.1, 1];
const negatives = mochiConfig.parse({ n: 32, s: 32, sPrime: 8 });

export const encoder: Encoder = resnet('resnet10', { stem: 'small', width: 16, stages: 3, head: { hidden: 64, dim: 32 } });
const augmentation = augmentationOf(recipeOf(recipes['cifar']!, { size: SIZE, scale: [0.4, 1], grayscale: { p: 1 } }));
const optimizer = sgd({ rate: 0.2, momentum: 0.9, weightDecay: 1e-4 });
const WARMUP_STEPS = 100; // the bank is random at first: a full step then throws the network off for hundreds of steps

/** Everything that a step reads and makes anew. */
export interface State {
  readonly params: Tensors;
  readonly stats: Tensors;
  readonly key: EncoderWeights;
  readonly slots: Record<string, Tensors>;
  readonly bank: BankState;
}

export function begin(): State {
  const rng = createRng(SEED, 'init');
  return tf.tidy(() => {
    const { params, stats } = encoder.init(rng.fork('encoder'));
    const key = { params: cloned(params), stats: cloned(stats) };
    const bank = initBank({ dim: encoder.dims.head, capacity: BANK }, rng.fork('bank'));
    return { params, stats, key, slots: optimizer.init(params), bank } as never;
  });
}

const cloned = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tf.clone(x)]));

/** A random view of each image: the part that the recipe draws, stretched, and the rest of the recipe. */
function view(images: tf.Tensor4D, name: 'query' | 'key', step: tf.Scalar): tf.Tensor4D {
  const [batch, height, width] = images.shape;
  const { draws } = augmentation.views.find((spec) => spec.name === name)!;
  const u = createRng(SEED, `view/${name}`, step).uniform([batch, draws]) as tf.Tensor2D;
  const boxes = augmentation.crop(tf.tile(tf.tensor2d([[height, width]]), [batch, 1]), u, name); // top, left, height, width
  const [top, left, tall, wide] = tf.split(boxes, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const corners = tf.concat([top, left, tf.sub(tf.add(top, tall), 1), tf.sub(tf.add(left, wide), 1)], 1);
  const scaled = tf.div(corners, [height - 1, width - 1, height - 1, width - 1]) as tf.Tensor2D;
  const cut = tf.image.cropAndResize(images, scaled, tf.range(0, batch, 1, 'int32'), [SIZE, SIZE]);
  return augmentation.apply(tf.round(cut), u, name);
}

/** One step of MoCo-v2 with MoCHi's negatives, as a pure function: order as in the paper, the bank as it was before the batch. */
function advance(state: State, images: tf.Tensor4D, ids: tf.Tensor1D, step: tf.Scalar): { state: State; loss: tf.Scalar } {
  const rows = state.bank.rows;
  const keyParams = moved(state.key.params, state.params);
  const keyed = encoder.apply({ params: keyParams, stats: state.key.stats }, view(images, 'key', step), 'train');
  const positives = stopGradient(l2Normalize(keyed.head));
  const queried = view(images, 'query', step);
  const { loss, gradients, aux } = valueAndGrads((params: Tensors) => {
    const { head, stats } = encoder.apply({ params, stats: state.stats }, queried, 'train');
    const queries = l2Normalize(head);
    const similarities = tf.matMul<tf.Tensor2D>(queries, rows, false, true); // [B, K], shared by sampler and loss, which takes them as constants
    const drawn = mochiNegatives({ similarities, ids, rng: createRng(SEED, 'negatives', step) }, negatives);
    const input = { queries, positives, banks: { bank: rows }, similarities: { bank: similarities }, negatives: drawn };
    return { loss: contrastiveLoss({ ...input, temperature: TEMPERATURE }).loss, aux: stats };
  }, state.params);
  const { params, slots } = optimizer.update(state.params, gradients, state.slots, rateAt(step), step);
  const bank = enqueue(state.bank, positives, ids, step); // only now
  return { loss, state: { params, stats: aux, key: { params: keyParams, stats: keyed.stats }, slots, bank } };
}

const rateAt = (step: tf.Scalar): tf.Scalar =>
  tf.mul(optimizer.rate, tf.minimum(1, tf.div(tf.add(tf.cast(step, 'float32'), 1), WARMUP_STEPS)));

const moved = (key: Tensors, query: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(key).map(([name, k]) => [name, tf.add(tf.mul(k, MOMENTUM), tf.mul(query[name]!, 1 - MOMENTUM))]),
  );

export type Step = Compiled<Parameters<typeof advance>, ReturnType<typeof advance>>;
/** The step as one TensorFlow function. */
export const compiledStep = (): Step => compile(advance, { name: 'custom-loop' });

/** Trains on batches drawn from all images. @param images [n, h, w, 3], 0..255. @returns The state and the loss of every step, nats. */
export async function train(images: tf.Tensor4D, steps: number, batchSize: number): Promise<{ state: State; losses: number[] }> {
  const step = compiledStep();
  let state = begin();
  const losses: number[] = [];
  for (let at = 0; at < steps; at++) {
    const ids = tf.tidy(() => createRng(SEED, 'order', at).integers([batchSize], images.shape[0]) as tf.Tensor1D);
    const [batch, number] = [tf.gather(images, ids), tf.scalar(at, 'int32')];
    const made = await step.runAsync(state, batch, ids, number);
    disposeTree(state);
    state = made.state;
    losses.push((await made.loss.data())[0]!);
    tf.dispose([ids, batch, number, made.loss]);
  }
  step.dispose();
  return { state, losses };
}
