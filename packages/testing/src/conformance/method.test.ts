import {
  API_VERSION,
  definePlugin,
  METHOD,
  type Batch,
  type Drawn,
  type DrawRequest,
  type EncoderWeights,
  type Method,
  type MethodParts,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import { l2Normalize, startTensorFlow, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { methodConformance } from './conformances.js';
import { methodChecks } from './method.js';

await startTensorFlow();

/** A method of the parts that a test gives. Each run makes a new one, as with a new process. */
const pluginOf = (make: () => Method) =>
  definePlugin({
    ...{ name: 'small', kind: 'method', apiVersion: API_VERSION, config: z.strictObject({}) },
    setup(host) {
      host.scalar('keyMomentum', () => 0.9);
      host.provide(METHOD, make);
    },
  });

type State = { query: { stats: Tensors }; key: EncoderWeights };
const stateOf = (tree: StateTree): State => tree as unknown as State;
const treeOf = (state: State): StateTree => state as unknown as StateTree;
const cloned = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, tf.clone(x)]));

const encode = ({ encoder }: MethodParts, weights: EncoderWeights, images: tf.Tensor4D) => {
  const { head, stats } = encoder.apply(weights, images, 'train');
  return { rows: l2Normalize(head) as tf.Tensor2D, stats };
};

/** InfoNCE in plain ops. @param more Columns of logits besides those of the bank. */
function lossOf(queries: tf.Tensor2D, drawn: Drawn, more: tf.Tensor2D[] = []): tf.Scalar {
  const own = tf.sum(tf.mul(queries, drawn.positives), 1, true);
  const columns = Object.values(drawn.banks).map(({ state }) => tf.matMul(queries, state.rows, false, true));
  return tf.mean(
    tf.sub(tf.logSumExp(tf.div(tf.concat([own, ...columns, ...more], 1), 0.2), 1), tf.div(tf.squeeze(own, [1]), 0.2)),
  );
}

/** The smallest momentum contrast that keeps the contract. */
const small: Method = {
  name: 'small',
  views: ['query', 'key'],
  negatives: 'memory',
  init({ encoder }, rng) {
    const { params, stats } = encoder.init(rng);
    return { params, state: treeOf({ query: { stats }, key: { params: cloned(params), stats: cloned(stats) } }) };
  },
  advance(params, tree, { scalars }) {
    const { query, key } = stateOf(tree);
    const move = ([name, old]: [string, tf.Tensor]) =>
      [name, tf.add(tf.mul(old, scalars['keyMomentum']!), tf.mul(params[name]!, tf.sub(1, scalars['keyMomentum']!)))] as const;
    return treeOf({ query, key: { ...key, params: Object.fromEntries(Object.entries(key.params).map(move)) } });
  },
  step(parts, params, tree, { views, ids, labels }, { draw }) {
    const { query, key } = stateOf(tree);
    const seen = encode(parts, { params, stats: query.stats }, views['query']!);
    const made = encode(parts, key, views['key']!);
    const keys = stopGradient(made.rows);
    const drawn = draw({ queries: seen.rows, keys, ids, labels, temperature: 0.2 });
    const state = treeOf({ query: { stats: seen.stats }, key: { params: key.params, stats: made.stats } });
    return { loss: lossOf(seen.rows, drawn), state, metrics: {}, shared: {}, entries: { keys, ids, labels } };
  },
  encoders(params, tree) {
    const { query, key } = stateOf(tree);
    return { query: { params, stats: query.stats }, key };
  },
};

methodConformance(pluginOf(() => small));

type Step = ReturnType<Method['step']>;
/** The same with a change to what its step returns. */
const stepThen = (change: (step: Step, parts: MethodParts, params: Tensors, batch: Batch) => Partial<Step>): Method => ({
  ...small,
  step: (parts, params, tree, batch, context) => {
    const made = small.step(parts, params, tree, batch, context);
    return { ...made, ...change(made, parts, params, batch) };
  },
});

/** Its keys stand among the negatives: enqueued before the loss. */
const enqueuesFirst: Method = {
  ...small,
  step(parts, params, tree, batch, context) {
    const made = small.step(parts, params, tree, batch, context);
    const { rows } = encode(parts, { params, stats: stateOf(tree).query.stats }, batch.views['query']!);
    const drawn = context.draw({ queries: rows, keys: made.entries!.keys, ids: batch.ids, temperature: 0.2 });
    return { ...made, loss: lossOf(rows, drawn, [tf.matMul(rows, made.entries!.keys, false, true)]) };
  },
};

const asksForItsKeys: Method = {
  ...small,
  step(parts, params, tree, batch, context) {
    const made = small.step(parts, params, tree, batch, context);
    const { keys } = made.entries!;
    const mask = tf.zeros<tf.Rank.R2>([keys.shape[0], keys.shape[0]]);
    context.draw({ queries: keys, keys, ids: batch.ids, temperature: 0.2, live: { rows: keys, ids: batch.ids, mask } });
    return made;
  },
};

/** Its queue pointer is a field: a new process begins at 0. */
const losesItsPointer = (): Method => {
  let pointer = 0;
  return { ...stepThen(({ loss }) => ({ loss: tf.add(loss, pointer++) as tf.Scalar })) };
};

const keepsTensors: Method = stepThen(({ loss }) => ({ loss: tf.add(loss, tf.mul(0, tf.keep(tf.scalar(1)))) as tf.Scalar }));

const withGradient = stepThen((made, parts, params, batch) => ({
  entries: {
    ...made.entries!,
    keys: encode(parts, { params, stats: stateOf(made.state).query.stats }, batch.views['key']!).rows,
  },
}));

const drawsItself: Method = {
  ...small,
  negatives: 'batch',
  step(parts, params, tree, batch, context) {
    const made = small.step(parts, params, tree, batch, {
      ...context,
      draw: (request) => {
        const { shape } = tf.matMul(request.queries, request.keys, false, true);
        return context.draw({
          ...request,
          live: { rows: request.keys, ids: batch.ids, mask: tf.zeros(shape as [number, number]) },
        });
      },
    });
    return made;
  },
};

const asking = (change: (request: DrawRequest) => Partial<DrawRequest>): Method => ({
  ...small,
  step: (parts, params, tree, batch, context) =>
    small.step(parts, params, tree, batch, { ...context, draw: (request) => context.draw({ ...request, ...change(request) }) }),
});

describe('what breaks the contract is found', () => {
  test.each<[string, () => Method, string, RegExp]>([
    ['keys that are enqueued before the loss', () => enqueuesFirst, 'no query sees', /are among the negatives of their own step/],
    ['a loss of chance', losesItsPointer, 'no query sees', /the same step twice gives the loss .* Math\.random/],
    ['the batch as a bank beside the memory', () => asksForItsKeys, 'no query sees', /asks for the batch as a bank/],
    ['a live bank that hides nothing', () => drawsItself, 'no query sees', /may draw row 0, which is of its own image/],
    [
      'a queue pointer that a resume loses',
      losesItsPointer,
      'a method that is resumed',
      /in a variable outside of its state, or drawn by Math.random/,
    ],
    ['keys with gradient', () => withGradient, 'keys carry no', /keys for the banks carry gradient to weight/],
    [
      'a key encoder that stands still',
      () => ({ ...small, advance: (_, tree) => tree }),
      'the key encoder moves',
      /after advance the key encoder is not 0.89+\d* key/,
    ],
    [
      'a key encoder that moves within the step',
      () => ({
        ...stepThen(({ state }, _, params) => ({
          state: small.advance!(params, state, { scalars: { keyMomentum: tf.scalar(0.9) } } as never),
        })),
      }),
      'the key encoder moves',
      /moved within the step/,
    ],
    ['a step that counts for itself', losesItsPointer, 'a compiled step', /compiled, step [012]: loss differs/],
    [
      'a step without a loss',
      () => stepThen(() => ({ loss: undefined as never })),
      'a step gives',
      /The step of the method small returned undefined as loss/,
    ],
    [
      'a loss for each image',
      () => stepThen(({ loss }) => ({ loss: tf.mul(tf.ones([8]), loss) as never })),
      'a step gives',
      /a float32 tensor of the shape \[8\] as loss.\s+expected: .*the mean over the batch/,
    ],
    [
      'a step that is async',
      () => ({ ...small, step: async () => ({}) as never }) as never,
      'a step gives',
      /returned a Promise.*async/s,
    ],
    [
      'two queries for each id',
      () => asking(({ queries, keys }) => ({ queries: tf.concat([queries, queries]), keys: tf.concat([keys, keys]) })),
      'a step gives',
      /The method small asked for negatives \(draw\) with an int32 tensor of the shape \[8\] as ids\.\s+expected: .*ids \[16\]/,
    ],
    [
      'queries of another length',
      () => asking(({ queries }) => ({ queries: tf.mul(queries, 3) })),
      'queries and keys',
      /queries\[0\] has length (3|2\.9)/,
    ],
    ['tensors that stay', () => keepsTensors, 'no tensor', /leaked/],
    [
      'keys of another length',
      () => stepThen(({ entries }) => ({ entries: { ...entries!, keys: tf.mul(entries!.keys, 2) } })),
      'keys for the banks',
      /has length 2/,
    ],
    [
      'two keys where one is stated',
      () => stepThen(({ entries: e }) => ({ entries: { ...e!, ids: tf.zerosLike(e!.ids) } })),
      'keys for the banks',
      /sample 100 has 0 keys/,
    ],
    [
      'labels of another sample',
      () => stepThen(({ entries: e }) => ({ entries: { ...e!, labels: tf.zerosLike(e!.ids) } })),
      'keys for the banks',
      /has the label of another/,
    ],
    ['no keys for the memory', () => stepThen(() => ({ entries: undefined })), 'keys for the banks', /no keys enter it/],
    [
      'a state that loses a name',
      () => stepThen(({ state }) => ({ state: { query: (state as Record<string, StateTree>)['query']! } })),
      'a step gives',
      /The step of the method small returned in its state nothing as key.params.weight/,
    ],
    [
      'a parameter that nothing reaches',
      () =>
        stepThen(({ loss }, _, params) => ({ loss: tf.add(tf.mul(0, loss), tf.mul(0, tf.sum(params['weight']!))) as tf.Scalar })),
      'gradients reach',
      /gradient of weight is 0/,
    ],
  ])('%s', async (_, make, name, message) => {
    const check = methodChecks(pluginOf(make)).find((each) => each.name.startsWith(name))!;
    await expect((async () => check.run())()).rejects.toThrow(message);
  });
});
