import type { Encoder, EncoderWeights, Mode, Plugin } from '@mochi/contract';
import { compile, createRng, disposeTree, valueAndGrads } from '@mochi/tensorflow';
import { checkedEncoder } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireRepeatable, requireSame, requireTensor, snapshot, takeRows } from './compare.js';
import { inScope, refusesUnknown, withService, type Check } from './suite.js';

export interface EncoderSizes {
  /** Side of the images, pixels. Default 32. */
  readonly size?: number;
  /** B. Default 4. */
  readonly batch?: number;
}

/** What every encoder must keep. @param options As in a config; a small width keeps it quick. */
export function encoderChecks(plugin: Plugin, options: object = {}, { size = 32, batch = 4 }: EncoderSizes = {}): Check[] {
  const check = (name: string, run: (encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D) => void): Check => ({
    name,
    run: () =>
      withService(plugin, 'encoder', options, (service) => {
        const encoder = checkedEncoder(service);
        inScope(() => run(encoder, begin(encoder), createRng(2, 'images').normal([batch, size, size, 3]) as tf.Tensor4D));
      }),
  });
  return [
    check('the same stream gives the same weights, all finite, no name twice', initialises),
    check('outputs have the widths that the encoder states', hasItsWidths),
    check('training gives the next statistics, under the same names and in the same shapes', updatesStatistics),
    check('evaluation changes no statistics, and no image sees another', evaluatesAlone),
    check('gradients reach the parameters', hasGradients),
    check('the state_dict has new tensors in the layout of PyTorch', hasStateDict),
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    refusesUnknown(plugin, 'encoder', options),
  ];
}

const begin = (encoder: Encoder): EncoderWeights => encoder.init(createRng(4, 'encoder'));
const MODES: readonly Mode[] = ['train', 'eval'];

function initialises(encoder: Encoder, weights: EncoderWeights): void {
  const values = snapshot(weights);
  requireRepeatable(() => snapshot(begin(encoder)), 'a second init');
  requireFinite(values, 'weights');
  const twice = Object.keys(weights.params).find((name) => name in weights.stats);
  require(twice === undefined, `${twice} is a parameter and a statistic`);
}

function hasItsWidths(encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D): void {
  for (const mode of MODES) {
    const { backbone, head } = encoder.apply(weights, images, mode); // says which widths differ
    requireFinite(snapshot({ backbone, head }), mode);
  }
}

function updatesStatistics(encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D): void {
  const before = snapshot(weights);
  const { stats, ...outputs } = encoder.apply(weights, images, 'train');
  requireFinite(snapshot(stats), 'statistics');
  for (const [name, { shape, dtype }] of Object.entries(weights.stats)) requireTensor(stats[name], shape, dtype, name);
  require(Object.keys(stats).length === Object.keys(weights.stats).length, 'a step changed the number of statistics');
  requireSame(snapshot(weights), before, 'the weights before the step');
  const given = Object.entries(weights.stats);
  if (given.length === 0 || given.some(([name, tensor]) => stats[name] !== tensor)) return;
  const { backbone, head } = encoder.apply(weights, images, 'eval');
  requireSame(
    snapshot({ backbone: outputs.backbone, head: outputs.head }),
    snapshot({ backbone, head }),
    'training changed no statistic, and is not evaluation either: return the statistics of this batch, or, where they are frozen, normalise by those that were given',
    { rtol: 1e-4, atol: 1e-5 },
  );
}

function evaluatesAlone(encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D): void {
  const all = encoder.apply(weights, images, 'eval');
  for (const [name, tensor] of Object.entries(weights.stats))
    require(all.stats[name] === tensor, `evaluation gave a new ${name}`);
  const one = encoder.apply(weights, tf.slice(images, 1, 1), 'eval');
  const pick = ({ backbone, head }: typeof all) => snapshot({ backbone, head });
  requireSame(pick(one), takeRows(pick(all), [1]), 'an image alone', { rtol: 1e-4, atol: 1e-5 });
}

/** Weights that keep their names: kernels OIHW, linear weights [out, in], the rest as it is. */
function hasStateDict(encoder: Encoder, weights: EncoderWeights): void {
  if (!encoder.stateDict) return;
  const dict = encoder.stateDict(weights);
  for (const [name, own] of Object.entries({ ...weights.params, ...weights.stats })) {
    const given = dict[name];
    if (!given) continue; // PyTorch calls it something else
    require(given !==
      own, `${name} is the tensor of the encoder itself, which whoever gets the state_dict disposes: use tf.clone`);
    const torch = own.rank === 4 ? tf.transpose(own, [3, 2, 0, 1]) : own.rank === 2 ? tf.transpose(own) : own;
    requireSame(snapshot({ [name]: given }), snapshot({ [name]: torch }), 'state_dict');
  }
}

function hasGradients(encoder: Encoder, { params, stats }: EncoderWeights, images: tf.Tensor4D): void {
  const { gradients } = valueAndGrads(
    (given) => ({ loss: tf.sum(tf.square(encoder.apply({ params: given, stats }, images, 'train').head)) as tf.Scalar }),
    params,
  );
  require(Object.keys(gradients).join() === Object.keys(params).join(), 'not every parameter has a gradient');
  const values = snapshot(gradients);
  requireFinite(values, 'gradients');
  require([...values.values()].some(({ data }) => Array.from(data).some((value) => value !== 0)), 'every gradient is 0');
}

function compiles(encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D): void {
  for (const mode of MODES) {
    const apply = ({ params, stats }: EncoderWeights, x: tf.Tensor4D) => ({ ...encoder.apply({ params, stats }, x, mode) });
    const traced = compile(apply, { name: 'conformance' });
    try {
      requireSame(snapshot(traced({ ...weights }, images)), snapshot(apply(weights, images)), mode, { rtol: 1e-3, atol: 1e-4 });
    } finally {
      traced.dispose();
    }
  }
}

function leaksNothing(encoder: Encoder, weights: EncoderWeights, images: tf.Tensor4D): void {
  for (const mode of MODES) encoder.apply(weights, images, mode); // the first call may make constants that stay
  leakFree([], () => begin(encoder));
  for (const mode of MODES) leakFree([begin(encoder), tf.clone(images)], (own, x) => encoder.apply(own, x, mode));
  disposeTree({ ...weights } as never);
}
