import type { Batch, Plugin, StateTree, Tensors } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { compile, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { DRAW, require, requireFinite, requireRepeatable, requireSame, snapshot } from './compare.js';
import { checkEntries, requireUnit } from './method-entries.js';
import { scalarsOf, stepOf, worldOf, type World } from './method-world.js';
import { inScope, refusesUnknown, withService, type Check } from './suite.js';

export interface MethodSizes {
  /** B: a multiple of four. Default 8. */
  readonly batch?: number;
}

/** What every method must keep. @param options As in a config. */
export function methodChecks(plugin: Plugin, options: object = {}, { batch = 8 }: MethodSizes = {}): Check[] {
  const check = (name: string, run: (world: World, host: RunHost) => void, normalised = true): Check => ({
    name,
    run: () =>
      withService(plugin, 'method', options, (method, host) =>
        inScope(() => run(worldOf(method, host, batch, normalised), host)),
      ),
  });
  return [
    check('the same stream gives the same parameters and state, all finite', initialises),
    check('a step gives a finite loss and the next state, under the same names and in the same shapes', steps),
    check('gradients reach every parameter', hasGradients),
    check('keys for the banks are unit vectors, of the images of the batch, as many as it says', hasEntries),
    check('queries and keys that it asks negatives for are unit vectors', asksWithUnitVectors),
    check('keys carry no gradient', keysAreConstants),
    check('the key encoder moves as it says, and only before a step', keyEncoderMoves),
    check('no query sees a key of its own step that is not its own business', seesNoKeyOfItsStep, false),
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    check('keys to fill a bank with are those of a batch, and change nothing', fills),
    {
      name: 'a method that is resumed goes on as the uninterrupted one: everything that it needs is in its state',
      run: () =>
        withService(plugin, 'method', options, (first, host) =>
          withService(plugin, 'method', options, (second) => inScope(() => resumes(worldOf(first, host, batch, true), second))),
        ),
    },
    refusesUnknown(plugin, 'method', options),
  ];
}

function initialises(world: World, host: RunHost): void {
  const values = (of: World) => snapshot({ params: of.params, state: of.state });
  requireRepeatable(() => values(worldOf(world.method, host, world.batch.ids.shape[0], true)), 'a second init');
  requireFinite(values(world), 'the first state');
  require('query' in world.method.encoders(world.params, world.state), 'encoders() has no encoder named query');
}

function steps(world: World): void {
  const { loss, state, metrics } = stepOf(world, world.params, world.state, world.batch, 0);
  requireFinite(snapshot({ loss, state, metrics }), 'a step');
}

function hasGradients(world: World): void {
  const { gradients } = valueAndGrads(
    (params) => ({ loss: stepOf(world, params, world.state, world.batch, 0).loss }),
    world.params,
  );
  const values = snapshot(gradients);
  requireFinite(values, 'gradients');
  for (const [name, { data }] of values) require(Array.from(data).some((value) => value !== 0), `the gradient of ${name} is 0`);
}

function hasEntries(world: World): void {
  const { entries } = stepOf(world, world.params, world.state, world.batch, 0);
  if (!entries) return require(world.method.negatives === 'batch', 'negatives are in memory, but no keys enter it');
  checkEntries(entries, world.batch, world.method.keysPerImage ?? 1);
}

function asksWithUnitVectors(world: World): void {
  stepOf(world, world.params, world.state, world.batch, 0);
  for (const { queries, keys } of world.requests) {
    requireUnit(queries, 'queries');
    requireUnit(keys, 'keys');
  }
}

/** What keys depend on is a constant: those that enter the banks, and those that positives are made of. */
function keysAreConstants(world: World): void {
  const asked = (params: Tensors): [string, tf.Tensor][] => {
    world.requests.length = 0;
    const { entries } = stepOf(world, params, world.state, world.batch, 0);
    const requested = world.requests.map(({ keys }) => ['keys of a request', keys] as [string, tf.Tensor]);
    return [...(entries ? [['keys for the banks', entries.keys] as [string, tf.Tensor]] : []), ...requested];
  };
  const count = asked(world.params).length;
  for (let which = 0; which < count; which++) {
    let what = '';
    const { gradients } = valueAndGrads((params) => {
      const [name, keys] = asked(params)[which]!;
      what = name;
      // A tie to every parameter, without effect: a constant has no gradient at all.
      const tie = tf.addN(Object.values(params).map((x) => tf.sum(tf.mul(x, 0))));
      return { loss: tf.add(tf.sum(tf.mul(keys, tf.range(0, keys.shape[1]!, 1, 'float32'))), tie) as tf.Scalar };
    }, world.params);
    for (const [name, { data }] of snapshot(gradients))
      require(Array.from(data).every((value) => value === 0), `${what} carry gradient to ${name}: cut it with stopGradient`);
  }
}

function keyEncoderMoves(world: World, host: RunHost): void {
  const { method, params, state, batch } = world;
  const { key } = method.encoders(params, state);
  if (!key) return;
  const momentum = scalarsOf(host)['keyMomentum'];
  require(momentum !== undefined, 'there is a key encoder, and no scalar keyMomentum that says how it moves');
  const after = method.advance?.(params, state, world.contextAt(0)) ?? state;
  const share = momentum.dataSync()[0]!;
  const paramsOf = (tree: StateTree): Tensors => method.encoders(params, tree)['key']!.params;
  const moved = Object.fromEntries(
    Object.entries(key.params).map(([name, old]) => [name, tf.add(tf.mul(old, share), tf.mul(params[name]!, 1 - share))]),
  );
  const tolerance = { rtol: 1e-4, atol: 1e-5 };
  requireSame(
    snapshot(paramsOf(after)),
    snapshot(moved),
    `after advance the key encoder is not ${share} key + ${1 - share} query`,
    tolerance,
  );
  const { state: next } = method.step(world.parts, params, after, batch, world.contextAt(0));
  requireSame(
    snapshot(paramsOf(next)),
    snapshot(paramsOf(after)),
    'the key encoder moved within the step, so in each part of a batch',
  );
}

/**
 * Without batch norm the images of a batch meet only as each other's negatives: where those are in a bank, the loss of a batch is the mean of its
 * halves. Where the batch is the bank, the mask hides every row of the query's own image.
 */
function seesNoKeyOfItsStep(world: World): void {
  const { method, params, state, batch, bank, requests } = world;
  const before = snapshot(bank);
  const whole = stepOf(world, params, state, batch, 0).loss.dataSync()[0]!;
  const again = stepOf(world, params, state, batch, 0).loss.dataSync()[0]!;
  require(Math.abs(whole - again) <=
    1e-4 * Math.abs(whole), `the same step twice gives the loss ${whole}, then ${again}. ${DRAW}`);
  requireSame(
    snapshot(bank),
    before,
    'the method wrote to the bank before its loss: keys are among the negatives of their own step',
  );
  if (method.negatives === 'batch') return hidesOwnRows(world);
  require(requests.every(
    ({ live }) => !live,
  ), 'negatives are in memory, but the method asks for the batch as a bank: keys are among the negatives of their own step');
  const half = batch.ids.shape[0] / 2;
  const lossOf = (from: number): number => {
    const part = <T extends tf.Tensor>(x: T): T => tf.slice(x, from, half);
    const views = Object.fromEntries(Object.entries(batch.views).map(([name, x]) => [name, part(x)]));
    return stepOf(world, params, state, { views, ids: part(batch.ids), labels: part(batch.labels!) }, 0).loss.dataSync()[0]!;
  };
  const mean = (lossOf(0) + lossOf(half)) / 2;
  require(Math.abs(whole - mean) <=
    1e-3 *
      Math.abs(
        mean,
      ), `the loss of a batch is ${whole}, the mean of its halves ${mean}: keys are among the negatives of their own step`);
}

function hidesOwnRows({ requests }: World): void {
  for (const { live, ids } of requests) {
    require(live !== undefined, 'negatives are the batch, but the method asks for no live bank');
    const [mask, rows, own] = [live.mask.dataSync(), live.ids.dataSync(), ids.dataSync()];
    mask.forEach((value, at) => {
      const [query, row] = [Math.floor(at / rows.length), at % rows.length];
      require(rows[row] !== own[query] || value === -Infinity, `query ${query} may draw row ${row}, which is of its own image`);
    });
  }
}

/** What of a step is to be compared and kept. */
const whole = (world: World) => (params: Tensors, state: StateTree, batch: Batch, step: tf.Scalar) => {
  const { loss, state: next, metrics, entries } = stepOf(world, params, state, batch, step);
  return { loss, next, metrics, ...(entries ? { keys: entries.keys, ids: entries.ids } : {}) };
};

function compiles(world: World): void {
  const run = whole(world);
  const traced = compile(run, { name: 'conformance' });
  try {
    let { state } = world;
    for (let step = 0; step < 3; step++) {
      const at = tf.scalar(step, 'int32');
      const eager = run(world.params, state, world.batch, at);
      const tolerance = { rtol: 1e-3, atol: 1e-4 };
      requireSame(snapshot(traced(world.params, state, world.batch, at)), snapshot(eager), `compiled, step ${step}`, tolerance);
      state = eager.next;
    }
    require(traced.traces === 1, `three steps of one signature were traced ${traced.traces} times`);
  } finally {
    traced.dispose();
  }
}

function leaksNothing(world: World): void {
  const run = whole(world);
  const { params, state, batch } = world;
  const before = snapshot({ params, state, batch });
  const step = () => tf.tidy(() => cloned(run(params, state, batch, tf.scalar(0, 'int32'))) as tf.TensorContainer);
  tf.dispose(step()); // the first call may make constants that stay
  leakFree([], () => step() as never);
  requireSame(snapshot({ params, state, batch }), before, 'a step changed its inputs'); // reading fails where one was disposed
}

/** Results that are inputs handed through get handles of their own. */
const cloned = (tree: unknown): unknown =>
  tree instanceof tf.Tensor
    ? tf.clone(tree)
    : Object.fromEntries(Object.entries(tree as Record<string, unknown>).map(([name, child]) => [name, cloned(child)]));

function fills({ method, parts, params, state, batch, contextAt }: World): void {
  if (!method.keys) return;
  const before = snapshot({ params, state });
  checkEntries(method.keys(parts, params, state, batch, contextAt(0)), batch, 1);
  requireSame(snapshot({ params, state }), before, 'keys() changed the state');
}

/** What a checkpoint keeps are parameters and state: a method made anew must go on from them. */
function resumes(first: World, method: World['method']): void {
  const { params, batch } = first;
  const once = stepOf(first, params, first.state, batch, 0).state;
  const saved = cloned(once) as StateTree;
  const values = (world: World, state: StateTree) => {
    const { loss, state: next, entries } = stepOf(world, params, state, batch, 1);
    return snapshot({ loss, next, keys: entries?.keys ?? null });
  };
  const want = values(first, once);
  const second: World = { ...first, method };
  method.init(first.parts, first.contextAt(0).rng);
  const what =
    'resumed from its state the method goes on elsewhere: something of it is in a variable outside of its state, or drawn by Math.random()';
  requireSame(values(second, saved), want, what);
}
