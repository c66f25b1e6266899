import {
  API_VERSION,
  AUGMENTATION,
  BANK,
  ENCODER,
  OPTIMIZER,
  definePlugin,
  type Augmentation,
  type BankState,
  type Encoder,
  type MemoryBank,
  type Optimizer,
  type Tensors,
} from '@mochi/contract';
import { l2Normalize, scatterRows, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { augmentationChecks } from './augmentation.js';
import { bankChecks } from './bank.js';
import { encoderChecks } from './encoder.js';
import { optimizerChecks } from './optimizer.js';
import { augmentationConformance, bankConformance, encoderConformance, optimizerConformance } from './conformances.js';
import type { Check } from './suite.js';

await startTensorFlow();

// The smallest of each kind that keeps its contract.
const K = 7;
const int = (value: number) => tf.scalar(value, 'int32'); // a plain number would make float32 of the sum
const bank: MemoryBank = {
  name: 'small',
  capacity: K,
  maskSelf: false,
  fill: 'random',
  keepLabels: false,
  init: ({ dim }, rng) => ({
    rows: tf.tidy(() => l2Normalize(rng.normal([K, dim])) as tf.Tensor2D),
    ids: tf.fill([K], -1, 'int32') as tf.Tensor1D,
    writtenAt: tf.fill([K], -1, 'int32') as tf.Tensor1D,
    cursor: tf.scalar(0, 'int32'),
    filled: tf.scalar(0, 'int32'),
  }),
  mask: () => undefined,
  enqueue: (state, keys, ids, step) =>
    tf.tidy(() => {
      const [batch] = keys.shape;
      const at = tf.mod(tf.add(state.cursor, tf.range(0, batch, 1, 'int32')), int(K)) as tf.Tensor1D;
      return {
        rows: scatterRows(state.rows, at, keys),
        ids: scatterRows(state.ids, at, ids),
        writtenAt: scatterRows(state.writtenAt, at, tf.add(tf.zerosLike(ids), step)),
        cursor: tf.mod(tf.add(state.cursor, int(batch)), int(K)),
        filled: tf.minimum(tf.add(state.filled, int(batch)), int(K)),
      } as unknown as BankState & tf.TensorContainerObject;
    }),
};

const encoder: Encoder = {
  name: 'small',
  dims: { backbone: 3, head: 2 },
  init: (rng) => ({ params: { weight: rng.normal([3, 2]) }, stats: { mean: tf.zeros([3]) } }),
  apply: ({ params, stats }, images, mode) =>
    tf.tidy(() => {
      const backbone = tf.mean<tf.Tensor2D>(images, [1, 2]);
      const next = mode === 'eval' ? stats : { mean: tf.add(tf.mul(stats['mean']!, 0.9), tf.mul(tf.mean(backbone, 0), 0.1)) };
      return { backbone, head: tf.matMul(backbone, params['weight'] as tf.Tensor2D), stats: next };
    }) as ReturnType<Encoder['apply']>,
};

const augmentation: Augmentation = {
  views: [{ name: 'query', size: 8, draws: 1 }],
  crop: (sizes) => tf.tidy(() => tf.concat([tf.zerosLike(sizes), sizes], 1)),
  apply: (images, draws) => tf.tidy(() => tf.mul<tf.Tensor4D>(images, tf.div(tf.reshape(draws, [-1, 1, 1, 1]), 255))),
};

const optimizer: Optimizer = {
  name: 'small',
  rate: 0.1,
  init: (params) => ({ last: mapped(params, tf.zerosLike) }),
  update: (params, gradients, _slots, rate) => ({
    params: mapped(params, (x, name) => tf.tidy(() => tf.sub(x, tf.mul(gradients[name]!, rate)))),
    slots: { last: mapped(gradients, tf.clone) },
  }),
};
const mapped = (tensors: Tensors, fn: (x: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, fn(x, name)]));

bankConformance(pluginOf('bank', BANK, bank));
encoderConformance(pluginOf('encoder', ENCODER, encoder), {}, { size: 8 });
encoderConformance(
  pluginOf('encoder', ENCODER, { ...encoder, name: 'frozen', apply: (w, x) => encoder.apply(w, x, 'eval') } satisfies Encoder),
  {},
  { size: 8 },
);
augmentationConformance(pluginOf('augment', AUGMENTATION, augmentation));
optimizerConformance(pluginOf('optimizer', OPTIMIZER, optimizer));

const bankWith = (change: Partial<MemoryBank>) => bankChecks(pluginOf('bank', BANK, { ...bank, ...change }));
const encoderWith = (change: Partial<Encoder>) =>
  encoderChecks(pluginOf('encoder', ENCODER, { ...encoder, ...change }), {}, { size: 8 });
const augmentationWith = (change: Partial<Augmentation>) =>
  augmentationChecks(pluginOf('augment', AUGMENTATION, { ...augmentation, ...change }));
const optimizerWith = (change: Partial<Optimizer>) =>
  optimizerChecks(pluginOf('optimizer', OPTIMIZER, { ...optimizer, ...change }));
const enqueueThen = (change: (next: BankState, before: BankState) => Partial<BankState>): Partial<MemoryBank> => ({
  enqueue: (state, ...rest) => {
    const next = bank.enqueue(state, ...rest);
    return { ...next, ...change(next, state) };
  },
});
let counter = 0;

/** The pointer is a field of the object: a resumed run begins at row 0 again. */
const bankWithOwnCursor = (): Check[] =>
  bankChecks(
    definePlugin({
      ...{ name: 'small', kind: 'bank', apiVersion: API_VERSION, config: z.strictObject({}) },
      setup: (host) =>
        host.provide(BANK, () => {
          let cursor = 0;
          return {
            ...bank,
            enqueue: (state, keys, ...rest) => {
              const next = bank.enqueue({ ...state, cursor: int(cursor) }, keys, ...rest);
              cursor = (cursor + keys.shape[0]) % K;
              return { ...next, cursor: int(0) };
            },
          };
        }),
    }),
  );

/** What was written last is seen at once, by the mask: the state is a value, but this bank keeps one of its own. */
const writingInPlace = (): Partial<MemoryBank> => {
  let latest: BankState | null = null;
  return {
    maskSelf: true,
    enqueue: (...given) => {
      const next = bank.enqueue(...given);
      latest = { ...next, ids: tf.keep(tf.clone(next.ids)) };
      return next;
    },
    mask: (state, ids) => {
      const { ids: rows } = latest ?? state;
      const same = tf.equal(tf.expandDims(ids, 1), tf.expandDims(rows, 0));
      return tf.where(same, -Infinity, tf.zeros([ids.shape[0], K])) as tf.Tensor2D;
    },
  };
};

/** The ring with another number of rows. */
const ringOf = (capacity: number): MemoryBank => ({
  ...bank,
  init: ({ dim }, rng) => ({
    rows: l2Normalize(rng.normal([capacity, dim])) as tf.Tensor2D,
    ids: tf.fill([capacity], -1, 'int32') as tf.Tensor1D,
    writtenAt: tf.fill([capacity], -1, 'int32') as tf.Tensor1D,
    cursor: int(0),
    filled: int(0),
  }),
});

/** Rows stand from the end of the bank on. */
const reversed = ([state, keys, ids, step]: Parameters<MemoryBank['enqueue']>): BankState => {
  const at = tf.sub(int(state.ids.shape[0] - 1), ids) as tf.Tensor1D;
  const rows = scatterRows(state.rows, at, keys) as tf.Tensor2D;
  return {
    ...{ rows, ids: scatterRows(state.ids, at, ids) as tf.Tensor1D, cursor: state.cursor },
    writtenAt: scatterRows(state.writtenAt, at, tf.add(tf.zerosLike(ids), step)) as tf.Tensor1D,
    filled: tf.add(state.filled, int(keys.shape[0])) as tf.Scalar,
  };
};

describe('what breaks the contract is found', () => {
  test.each<[string, Check[], string, RegExp]>([
    [
      'a bank that never moves its cursor',
      bankWith(enqueueThen((_, { cursor, filled }) => ({ cursor, filled }))),
      'every key',
      /filled is 0|filled is/,
    ],
    [
      'a bank that forgets the step',
      bankWith(enqueueThen((_, { writtenAt }) => ({ writtenAt }))),
      'every key',
      /says that step -1 wrote it/,
    ],
    [
      'a bank that mixes up ids',
      bankWith(enqueueThen(({ ids }) => ({ ids: tf.reverse(ids) }))),
      'every key',
      /is not the key of sample|says that step/,
    ],
    [
      'a cursor that is not in the state',
      bankWithOwnCursor(),
      'a bank that is resumed',
      /in a variable outside of its state, or drawn by Math.random/,
    ],
    ['keys that their own step sees', bankWith(writingInPlace()), 'the keys of a step', /among the negatives of their own step/],
    [
      'a bank by sample that puts rows elsewhere',
      bankWith({
        ...bank,
        capacity: 'samples',
        init: (size, rng) => ringOf(size.capacity).init(size, rng),
        enqueue: (...given) => reversed(given),
      }),
      'every key',
      /has it at its id/,
    ],
    [
      'a bank that grows',
      bankWith(enqueueThen(({ rows }) => ({ rows: tf.concat([rows, rows]) as tf.Tensor2D }))),
      'every key',
      /The enqueue of the bank of plugin small returned a float32 tensor of the shape \[14, 8\] as rows\.\s+expected: rows \[7, 8\] float32/,
    ],
    [
      'a state that loses a name',
      bankWith(enqueueThen(() => ({ filled: undefined as never }))),
      'every key',
      /bank of plugin small returned undefined as filled/,
    ],
    [
      'a state that is not returned',
      bankWith({ enqueue: () => undefined as never }),
      'every key',
      /returned undefined\..*needs the word return/s,
    ],
    [
      'ids of another type',
      bankWith({ init: (dim, rng) => ({ ...bank.init(dim, rng), ids: tf.fill([K], -1) }) }),
      'a new bank',
      /The init of .* returned a float32 tensor of the shape \[7\] as ids/,
    ],
    [
      'a mask on its side',
      bankWith({ mask: (_, ids) => tf.zeros([K, ids.shape[0]]) }),
      'the mask',
      /The mask of .* returned a float32 tensor of the shape \[7, 3\]\.\s+expected: .*\[3, 7\]/,
    ],
    [
      'a bank without a name',
      bankWith({ name: undefined as never }),
      'a new bank',
      /provided a service of kind bank without name/,
    ],
    ['rows of another length', bankWith(enqueueThen(({ rows }) => ({ rows: tf.mul(rows, 2) }))), 'every key', /has length 2/],
    [
      'a bank filled with ids 0',
      bankWith({ init: (dim, rng) => ({ ...bank.init(dim, rng), ids: tf.zeros([K], 'int32') }) }),
      'a new bank',
      /ids of a new bank/,
    ],
    ['a promised mask', bankWith({ maskSelf: true }), 'the mask', /there is no mask/],
    [
      'a mask of the wrong rows',
      bankWith({ fill: 'mask', mask: (_, ids) => tf.zeros([ids.shape[0], K]) }),
      'the mask',
      /is 0, want -Infinity/,
    ],
    [
      'an input disposed',
      bankWith({ enqueue: (...given) => (given[0].cursor.dispose(), given[0]) }),
      'no tensor',
      /disposed one of its inputs/,
    ],
    [
      'a width that is not so',
      encoderWith({ dims: { backbone: 4, head: 2 } }),
      'outputs have',
      /The apply of the encoder small returned a float32 tensor of the shape \[4, 3\] as backbone\.\s+expected: .*\[4, 4\]/,
    ],
    [
      'statistics that change in evaluation',
      encoderWith({ apply: (w, x) => encoder.apply(w, x, 'train') }),
      'evaluation changes',
      /a new mean/,
    ],
    [
      'an image that sees another',
      encoderWith({ apply: (w, x, mode) => encoder.apply(w, tf.sub(x, tf.mean(x)), mode) }),
      'evaluation changes',
      /an image alone: .* differs/,
    ],
    [
      'statistics that stand still beside outputs that are of the batch',
      encoderWith({
        apply: (w, x, mode) => encoder.apply(w, mode === 'train' ? tf.tidy(() => tf.sub(x, tf.mean(x))) : x, 'eval'),
      }),
      'training gives',
      /training changed no statistic/,
    ],
    [
      'a state_dict in the layout of TensorFlow',
      encoderWith({ stateDict: ({ params }) => ({ weight: tf.clone(params['weight']!) }) }),
      'the state_dict',
      /weight has the shape \[3,2\], want \[2,3\]/,
    ],
    [
      'a state_dict of the weights themselves',
      encoderWith({ stateDict: ({ stats }) => stats }),
      'the state_dict',
      /mean is the tensor of the encoder itself/,
    ],
    [
      'no gradient',
      encoderWith({ apply: (w, x, mode) => ({ ...encoder.apply(w, x, mode), head: tf.zeros([x.shape[0], 2]) }) }),
      'gradients',
      /gradient/i,
    ],
    ['a leak', encoderWith({ apply: (w, x, mode) => (tf.zeros([1]), encoder.apply(w, x, mode)) }), 'no tensor', /leaked/],
    [
      'weights of chance',
      encoderWith({ init: (rng) => ({ params: { weight: tf.fill([3, 2], counter++) }, stats: { mean: rng.normal([3]) } }) }),
      'the same stream',
      /differs/,
    ],
    ['a crop of another form', augmentationWith({ crop: (sizes) => tf.clone(sizes) }), 'a view shows', /has the shape \[5, 2\]/],
    [
      'a crop beyond the image',
      augmentationWith({ crop: (sizes) => tf.tidy(() => tf.concat([sizes, sizes], 1)) }),
      'a view shows',
      /not a part of it/,
    ],
    [
      'a crop of fractions that sees its box alone',
      augmentationWith({ crop: (sizes) => tf.tidy(() => tf.concat([tf.zerosLike(sizes), tf.div(sizes, 7)], 1)) }),
      'a view shows',
      /whole sides/,
    ],
    [
      'an infinity at the end of the draws',
      augmentationWith({ apply: (images, draws) => tf.div(images, tf.reshape(draws, [-1, 1, 1, 1])) }),
      'a batch keeps',
      /batch: out\[\d+\] is (NaN|Infinity)/,
    ],
    [
      'an image that sees the batch',
      augmentationWith({ apply: (images) => tf.sub(images, tf.mean(images)) }),
      'no image sees',
      /an image alone/,
    ],
    [
      'streams that do not count the draws',
      augmentationWith({ views: [{ ...augmentation.views[0]!, streams: [{ name: 'crop', count: 999 }] }] }),
      'streams have names',
      /have 999 draws/,
    ],
    [
      'a parameter told of the batch',
      augmentationWith({ parameters: () => ({ crop: { area: tf.scalar(1) } }) }),
      'streams have names',
      /crop.area has the shape \[\] for 5 images/,
    ],
    [
      'a step uphill',
      optimizerWith({ update: (p, g, s, rate, step) => optimizer.update(p, g, s, tf.neg(rate), step) }),
      'a step against',
      /took the loss from/,
    ],
    [
      'slots by place',
      optimizerWith({
        update: (p, g, s, rate, step) => {
          const at = Object.keys(p);
          const scaled = mapped(g, (x, name) => tf.mul(x, 1 + at.indexOf(name)));
          return optimizer.update(p, scaled, s, rate, step);
        },
      }),
      'slots belong',
      /parameters in another order: .* differs/,
    ],
    [
      'a slot that is lost',
      optimizerWith({ update: (...given) => ({ ...optimizer.update(...given), slots: {} }) }),
      'slots and parameters',
      /changed the names/,
    ],
    [
      'a clock',
      optimizerWith({ update: (p, g, s, rate, step) => optimizer.update(p, g, s, tf.mul(rate, counter++ % 7), step) }),
      'a compiled step',
      /compiled, step/,
    ],
  ])('%s', async (_, checks, name, message) => {
    await expectFault(checks, name, message);
  });
});
