import type { Optimizer, Plugin, Tensors } from '@mochi/contract';
import { compile, createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireSame, requireTensor, snapshot } from './compare.js';
import { inScope, refusesUnknown, withService, type Check } from './suite.js';

/** What every optimizer must keep. @param options As in a config. */
export function optimizerChecks(plugin: Plugin, options: object = {}): Check[] {
  const check = (name: string, run: (optimizer: Optimizer) => void): Check => ({
    name,
    run: () => withService(plugin, 'optimizer', options, (optimizer) => inScope(() => run(optimizer))),
  });
  return [
    check('slots and parameters keep names, shapes and dtypes; all stay finite; what was given is untouched', keepsForm),
    check('slots belong to names: the order of the parameters changes nothing', goesByName),
    check('a step against the gradient lowers a convex loss', descends),
    check('a compiled step gives what an eager one gives, at every step', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    refusesUnknown(plugin, 'optimizer', options),
  ];
}

interface State extends Record<string, unknown> {
  readonly params: Tensors;
  readonly slots: Record<string, Tensors>;
}

const SHAPES: Readonly<Record<string, number[]>> = {
  'conv1.weight': [3, 3, 2, 4],
  'bn1.weight': [4],
  'fc.weight': [8, 3],
  'fc.bias': [3],
};

const draw = (stream: string, order = Object.keys(SHAPES)): Tensors =>
  Object.fromEntries(order.map((name) => [name, createRng(9, `${stream}/${name}`).normal(SHAPES[name]!)]));

function begin(optimizer: Optimizer, order?: string[]): State {
  const params = draw('params', order);
  return { params, slots: optimizer.init(params) };
}

const update = (optimizer: Optimizer, { params, slots }: State, gradients: Tensors, step: tf.Scalar): State => ({
  ...optimizer.update(params, gradients, slots, tf.scalar(optimizer.rate), step),
});

function keepsForm(optimizer: Optimizer): void {
  const start = begin(optimizer);
  const before = snapshot(start);
  let state = start;
  for (let step = 0; step < 3; step++) {
    state = update(optimizer, state, draw(`gradients ${step}`), tf.scalar(step, 'int32'));
    const now = snapshot(state);
    require([...now.keys()].join() ===
      [...before.keys()].join(), `step ${step} changed the names to ${[...now.keys()].join(', ')}`);
    for (const [path, { shape, dtype }] of before) requireTensor(leaf(state, path), shape, dtype as tf.DataType, path);
    requireFinite(now, `step ${step}`);
  }
  requireSame(snapshot(start), before, 'the state before the first step');
  require(Number.isFinite(optimizer.rate) && optimizer.rate > 0, `the rate is ${optimizer.rate}`);
}

// Parameter names hold dots, so a path is looked up by the longest name that fits.
function leaf(tree: unknown, path: string): unknown {
  if (path === '' || typeof tree !== 'object' || tree === null) return tree;
  const key = Object.keys(tree).find((name) => path === name || path.startsWith(`${name}.`));
  return key === undefined ? undefined : leaf((tree as Record<string, unknown>)[key], path.slice(key.length + 1));
}

function goesByName(optimizer: Optimizer): void {
  const orders = [Object.keys(SHAPES), Object.keys(SHAPES).reverse()];
  const [one, two] = orders.map((order) => {
    let state = begin(optimizer, order);
    for (let step = 0; step < 2; step++)
      state = update(optimizer, state, draw(`gradients ${step}`, order), tf.scalar(step, 'int32'));
    return new Map([...snapshot(state.params)].sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  requireSame(two!, one!, 'parameters in another order', { rtol: 1e-6, atol: 1e-7 });
}

function descends(optimizer: Optimizer): void {
  const loss = (params: Tensors) => Object.values(params).reduce((sum, x) => sum + tf.sum(tf.square(x)).dataSync()[0]!, 0);
  let state = begin(optimizer);
  const first = loss(state.params);
  for (let step = 0; step < 5; step++) {
    const gradients = Object.fromEntries(Object.entries(state.params).map(([name, x]) => [name, tf.mul(x, 2)]));
    state = update(optimizer, state, gradients, tf.scalar(step, 'int32'));
  }
  const last = loss(state.params);
  require(last < first, `five steps took the loss from ${first} to ${last}`);
}

function compiles(optimizer: Optimizer): void {
  const traced = compile((state: State, gradients: Tensors, step: tf.Scalar) => update(optimizer, state, gradients, step), {
    name: 'conformance',
  });
  try {
    let state = begin(optimizer);
    for (let at = 0; at < 3; at++) {
      const [gradients, step] = [draw(`gradients ${at}`), tf.scalar(at, 'int32')];
      const next = update(optimizer, state, gradients, step);
      requireSame(snapshot(traced(state, gradients, step)), snapshot(next), `compiled, step ${at}`, { rtol: 1e-5, atol: 1e-6 });
      state = next;
    }
    require(traced.traces === 1, `three steps of one signature were traced ${traced.traces} times`);
  } finally {
    traced.dispose();
  }
}

function leaksNothing(optimizer: Optimizer): void {
  update(optimizer, begin(optimizer), draw('gradients 0'), tf.scalar(0, 'int32')); // the first call may make constants that stay
  leakFree([draw('params')], (params) => optimizer.init(params));
  leakFree(
    [begin(optimizer), draw('gradients 0'), tf.scalar(optimizer.rate), tf.scalar(0, 'int32')],
    (state, gradients, rate, step) => optimizer.update(state.params, gradients, state.slots, rate, step),
  );
}
