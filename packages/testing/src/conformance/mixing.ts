import type { InputMixing, MixContext, MixedBatch, Plugin } from '@mochi/contract';
import { compile, createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireRepeatable, requireSame, requireTensor, snapshot } from './compare.js';
import { inScope, withService, type Check } from './suite.js';

const [BATCH, SIZE] = [6, 12];
/** A mixture sums up in another order when compiled. */
const CLOSE = { rtol: 1e-5, atol: 1e-5 };

/** What every mixing of inputs must keep, as data. Needs a started TensorFlow. @param options As in a config. */
export function mixingChecks(plugin: Plugin, options: object = {}): Check[] {
  const check = (name: string, run: (mixing: InputMixing) => void): Check => ({
    name,
    run: () => withService(plugin, 'mixing', options, (mixing) => inScope(() => run(mixing))),
  });
  return [
    check('images keep their shape; targets are samples of the batch with shares that sum to 1', mixes),
    check('the same stream mixes the same way, another step another way', repeats),
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
  ];
}

const imagesOf = () => createRng(7, 'batch').normal([BATCH, SIZE, SIZE, 3]) as tf.Tensor4D;
const contextAt = (step: number): MixContext => ({
  ids: tf.tensor1d([4, 9, 2, 7, 7, 30], 'int32'),
  rng: createRng(5, 'mixing', step),
  step: tf.scalar(step, 'int32'),
  epoch: tf.scalar(0, 'int32'),
});

function mixes(mixing: InputMixing): void {
  for (let step = 0; step < 8; step++) {
    const { images, targets } = mixing.mix(imagesOf(), contextAt(step));
    requireTensor(images, [BATCH, SIZE, SIZE, 3], 'float32', 'the batch');
    requireFinite(snapshot({ images }), 'the batch');
    const [, count = 0] = targets.columns.shape;
    requireTensor(targets.columns, [BATCH, count], 'int32', 'columns');
    requireTensor(targets.weights, [BATCH, count], 'float32', 'weights');
    const columns = Array.from(targets.columns.dataSync());
    require(columns.every((at) => at >= 0 && at < BATCH), `columns are ${columns.join(', ')}, not places in a batch of ${BATCH}`); // prettier-ignore
    for (const weights of targets.weights.arraySync()) {
      const sum = weights.reduce((all, one) => all + one, 0);
      require(weights.every((one) => one >= 0) &&
        Math.abs(sum - 1) < 1e-4, `shares are ${weights.join(', ')}: they sum to ${sum}`);
    }
  }
}

const mixed = (mixing: InputMixing, step: number) => snapshot(mixing.mix(imagesOf(), contextAt(step)));

function repeats(mixing: InputMixing): void {
  requireRepeatable(() => mixed(mixing, 3), 'a second call');
  const first = mixed(mixing, 0).get('images')!.data;
  // A step may happen to change nothing; eight of them do not.
  const others = [1, 2, 3, 4, 5, 6, 7, 8].map((step) => mixed(mixing, step).get('images')!.data);
  require(others.some((data) => Array.from(data).some((value, at) => value !== first[at])), 'every step mixes the same way'); // prettier-ignore
}

function compiles(mixing: InputMixing): void {
  const mix = compile((images: tf.Tensor4D) => ({ ...mixing.mix(images, contextAt(3)) }) as unknown as Record<string, tf.Tensor>, { name: 'mix' }); // prettier-ignore
  try {
    requireSame(snapshot(mix(imagesOf())), mixed(mixing, 3), 'compiled', CLOSE);
  } finally {
    mix.dispose();
  }
}

function leaksNothing(mixing: InputMixing): void {
  mixed(mixing, 3); // the first call may make constants that stay
  const context = contextAt(3);
  const mix = (images: tf.Tensor4D, ids: tf.Tensor1D): MixedBatch => mixing.mix(images, { ...context, ids });
  leakFree([imagesOf(), context.ids], mix);
}
