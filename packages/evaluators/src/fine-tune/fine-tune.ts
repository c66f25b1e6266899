import type { Batch, Encoder, EncoderWeights, ImagePasses, Rng, Tensors } from '@mochi/contract';
import { sgdUpdate } from '@mochi/optim';
import { compile, disposeTree, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { hits } from '../accuracy.js';
import { shuffled } from '../features/rows.js';

export interface FineTuneOptions {
  readonly classes: number;
  readonly epochs: number;
  /** Learning rate of the encoder; 0 leaves its weights as they are, though not its statistics. */
  readonly rate: number;
  /** Learning rate of the classifier. */
  readonly headRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
}

type State = {
  params: Tensors;
  stats: Tensors;
  head: Tensors;
  slots: Record<string, Tensors>;
  headSlots: Record<string, Tensors>;
};
type Step = (state: State, images: tf.Tensor4D, labels: tf.Tensor1D, factor: tf.Scalar) => { state: State; loss: tf.Scalar };

/**
 * Trains a linear classifier on the backbone and the encoder with it, from the given weights, which stay as they are: SGD with momentum, rates by
 * cosine to 0, statistics of batch norm updated.
 *
 * @param ids Samples that may be trained on; all have labels. @param train Passes over them. @param test A pass over what is classified.
 * @returns 100 for each labelled test image that is classified right, else 0.
 */
export async function fineTune(
  { encoder, weights }: { readonly encoder: Encoder; readonly weights: EncoderWeights },
  { ids, train, test }: { readonly ids: Int32Array; readonly train: ImagePasses; readonly test: ImagePasses },
  options: FineTuneOptions,
): Promise<Float64Array> {
  const step = compile(stepOf(encoder, options), { name: 'fine-tune' });
  const score = compile((now: Tensors, stats: Tensors, head: Tensors, images: tf.Tensor4D) => {
    const { backbone } = encoder.apply({ params: now, stats }, images, 'eval');
    return logitsOf(backbone, head);
  });
  let state = initialState(encoder, weights, options.classes);
  try {
    for (let epoch = 0; epoch < options.epochs; epoch++)
      state = await trainEpoch(step, state, train, await shuffledIds(ids, options.rng, epoch), epoch, options);
    return await classify(score, state, test, options);
  } finally {
    disposeTree(state);
    step.dispose();
    score.dispose();
  }
}

async function shuffledIds(ids: Int32Array, rng: Rng, epoch: number): Promise<Int32Array> {
  const order = await shuffled(ids.length, rng.fork(`epoch-${epoch}`));
  return order.map((at) => ids[at]!);
}

function initialState(encoder: Encoder, { params, stats }: EncoderWeights, classes: number): State {
  const copies = (tensors: Tensors): Tensors =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
  const zeros = (tensors: Tensors): Tensors =>
    Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, tf.zeros(shape)]));
  const head: Tensors = { weight: tf.zeros([encoder.dims.backbone, classes]), bias: tf.zeros([classes]) };
  return {
    ...{ params: copies(params), stats: copies(stats), head },
    slots: { momentum: zeros(params) },
    headSlots: { momentum: zeros(head) },
  };
}

const logitsOf = (backbone: tf.Tensor2D, { weight, bias }: Tensors): tf.Tensor2D =>
  tf.add(tf.matMul(backbone, weight as tf.Tensor2D), bias!);

function stepOf(encoder: Encoder, { classes, rate, headRate, momentum, weightDecay }: FineTuneOptions): Step {
  const settings = { momentum, weightDecay, nesterov: false, excludeBias: false };
  return (state, images, labels, factor) => {
    const names = (prefix: string, tensors: Tensors): Tensors =>
      Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]));
    const part = (prefix: string, tensors: Tensors): Tensors =>
      Object.fromEntries(
        Object.entries(tensors).flatMap(([name, tensor]) =>
          name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), tensor]] : [],
        ),
      );
    const all = { ...names('encoder', state.params), ...names('head', state.head) };
    const { loss, gradients, aux } = valueAndGrads((now: Tensors) => {
      const out = encoder.apply({ params: part('encoder', now), stats: state.stats }, images, 'train');
      const own = tf.mul(tf.logSoftmax(logitsOf(out.backbone, part('head', now))), tf.oneHot(labels, classes));
      // The projection head takes no part, and yet each parameter needs a gradient: this one is 0.
      const unused = tf.mul(tf.sum(out.head), 0);
      return { loss: tf.add(tf.neg(tf.div(tf.sum(own), labels.shape[0])), unused) as tf.Scalar, aux: out.stats };
    }, all);
    const at = (base: number) => tf.mul(factor, base) as tf.Scalar;
    const encoded = sgdUpdate(state.params, part('encoder', gradients), state.slots, at(rate), settings);
    const headed = sgdUpdate(state.head, part('head', gradients), state.headSlots, at(headRate), settings);
    const next = { params: encoded.params, slots: encoded.slots, head: headed.params, headSlots: headed.slots };
    return { state: { ...next, stats: aux }, loss };
  };
}

/** A batch of one image has no statistics, and is left out. */
async function trainEpoch(
  step: ReturnType<typeof compile<Parameters<Step>, ReturnType<Step>>>,
  start: State,
  train: ImagePasses,
  ids: Int32Array,
  epoch: number,
  { epochs, signal }: FineTuneOptions,
): Promise<State> {
  let state = start;
  let done = 0;
  for await (const batch of train.pass({ ids, draw: epoch })) {
    signal?.throwIfAborted();
    const count = batch.ids.shape[0];
    const factor = tf.scalar(0.5 * (1 + Math.cos((Math.PI * (epoch + done / ids.length)) / epochs)));
    if (count > 1) {
      const next = await step.runAsync(state, imagesOf(batch), batch.labels!, factor);
      disposeTree(state);
      state = next.state;
      next.loss.dispose();
    }
    done += count;
    disposeTree([batch as unknown as Tensors, { factor }] as never);
  }
  return state;
}

const imagesOf = ({ views }: Batch): tf.Tensor4D => Object.values(views)[0]!;

async function classify(
  score: { runAsync(params: Tensors, stats: Tensors, head: Tensors, images: tf.Tensor4D): Promise<tf.Tensor2D> },
  { params, stats, head }: State,
  test: ImagePasses,
  { classes, signal }: FineTuneOptions,
): Promise<Float64Array> {
  const right: number[] = [];
  for await (const batch of test.pass()) {
    signal?.throwIfAborted();
    const logits = await score.runAsync(params, stats, head, imagesOf(batch));
    const [scores, labels] = await Promise.all([logits.data(), batch.labels!.data()]);
    const all = hits(scores, classes, labels as Int32Array, 1);
    all.forEach((hit, row) => labels[row]! >= 0 && right.push(hit));
    logits.dispose();
    disposeTree(batch as unknown as Tensors);
  }
  return Float64Array.from(right);
}
