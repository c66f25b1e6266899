import { AUGMENTATION_OP, isMochiError, type AugmentationOp, type Plugin } from '@mochi/contract';
import { startRun, type RunHost } from '@mochi/core';
import { compile, createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Tolerance } from '../all-close.js';
import { isTensor } from '../numbers.js';
import { require, requireSame, requireTensor, snapshot, type Snapshot } from './compare.js';
import { inScope, textOf, type Check } from './suite.js';

const [BATCH, SIDE] = [5, 12];
/** Calls, the first of which the others are held against: a coin that is tossed in each shows in all but one of 65,536 cases. */
const CALLS = 17;
/** The ends of [0, 1) and the middle. */
const EDGES = [0, 0.5, 1 - 2 ** -24];
/** Sums come in another order for one image alone, and compiled: a value may be rounded to the other side. */
const ONE_OFF: Tolerance = { rtol: 0, atol: 1 };

/** What makes calls differ, and where numbers should come from. */
const DRAWN =
  'Math.random(), tf.randomUniform() and counters have no place in it: declare `draws`, and use what `parameters` gets';

/** An operation with its checked options. */
interface Made {
  readonly op: AugmentationOp;
  readonly options: unknown;
  /** Uniform numbers of each image. */
  readonly draws: number;
}

/**
 * What every operation of a plugin of kind `extension` must keep that provides AUGMENTATION_OP.
 *
 * @param options Of the plugin; those of its operations under `op`: `{ op: { most: 0.3 } }`.
 */
export function operationChecks(plugin: Plugin, options: object = {}): Check[] {
  const { op: given = {}, ...own } = options as { op?: object };
  const lent = (name: string, run: (op: AugmentationOp) => void): Check => ({
    name,
    run: () => withHost(plugin, own, (host) => host.services.injectAll(AUGMENTATION_OP).forEach((op) => inScope(() => run(op), `operation ${op.name}`))), // prettier-ignore
  });
  const check = (name: string, run: (made: Made) => void): Check => lent(name, (op) => run(make(op, given)));
  return [
    check('it has a name, and takes the options that a list gives it', named),
    lent('an option that it does not have is refused', (op) => refuses(op, given)),
    check('images keep their shape and are whole numbers in 0..255, at the ends of the draws too', applies),
    check('equal draws give equal images', repeats),
    check('no image sees another, or the draws of another', appliesAlone),
    check('compiled, it gives what it gives eagerly', compiles),
    check('what it declares to choose itself leaves the others as they are; no input is disposed', leavesOthers),
  ];
}

/** Whether an extension provides operations. One that needs a provider of something else cannot be asked. */
export async function providesOperations(plugin: Plugin, { op: _, ...options }: { readonly op?: unknown }): Promise<boolean> {
  let provides = false;
  try {
    await withHost(plugin, options, (host) => void (provides = host.services.has(AUGMENTATION_OP)));
  } catch (error) {
    if (!isMochiError(error) || error.code !== 'MOCHI_TOKEN_MISSING') throw error;
  }
  return provides;
}

async function withHost(plugin: Plugin, options: object, use: (host: RunHost) => void): Promise<void> {
  const log = { info: () => {}, warn: () => {} };
  const host = await startRun({ object: { plugins: [{ use: plugin.name, ...options }] }, known: [plugin], log });
  try {
    use(host);
  } finally {
    await host.dispose();
  }
}

function validated({ options: schema }: AugmentationOp, given: object) {
  const result = schema['~standard'].validate(given);
  require(!(result instanceof Promise), 'its schema of options checks asynchronously, which a recipe cannot wait for');
  return result;
}

function make(op: AugmentationOp, given: object): Made {
  const result = validated(op, given);
  const told = result.issues?.map(({ message }) => message).join('; ');
  require(!result.issues, `its options are refused: ${told}. Give them as op.NAME=VALUE, or give each a default`);
  const draws = typeof op.draws === 'function' ? op.draws(result.value) : (op.draws ?? 0);
  require(Number.isInteger(draws) && draws >= 0, `it declares ${draws} draws, not a whole number from 0`);
  return { op, options: result.value, draws };
}

function named({ op }: Made): void {
  const { name } = op as { name?: unknown };
  require(typeof name === 'string' && name !== '', `its name is ${JSON.stringify(name)}: a list could not call it`);
}

function refuses(op: AugmentationOp, given: object): void {
  const { issues } = validated(op, { ...given, noSuchOption: 1 });
  require(issues !==
    undefined, 'the option noSuchOption is taken: a misspelt option would pass for a default (use z.strictObject)');
}

const planesOf = (): tf.Tensor4D => tf.tidy(() => tf.floor(createRng(7, 'planes').uniform([3, BATCH, SIDE, SIDE], 0, 256)) as tf.Tensor4D); // prettier-ignore
const drawsOf = ({ draws }: Made): tf.Tensor2D => createRng(8, 'draws').uniform([BATCH, draws]) as tf.Tensor2D;
const all = (chosen: boolean): tf.Tensor1D => tf.fill([BATCH], chosen ? 1 : 0, 'bool') as tf.Tensor1D;

/** @param draws [B, draws]. */
function apply({ op, options, draws: count }: Made, planes: tf.Tensor4D, draws: tf.Tensor2D, chosen = all(true)): tf.Tensor4D {
  const [batch] = draws.shape;
  const columns = count === 0 ? [] : (tf.unstack(draws, 1) as tf.Tensor1D[]);
  const parameters = thrown(count, 'parameters', () => op.parameters?.(columns, options, SIDE) ?? {});
  for (const [name, value] of Object.entries(parameters))
    require(isTensor(value) &&
      value.shape[0] === batch, `the parameter ${name} is no tensor with one row for each of ${batch} images`);
  return thrown(count, 'apply', () => op.apply(planes, parameters, options, chosen));
}

function thrown<T>(draws: number, call: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new Error(`${call} threw ${textOf(cause)}. It declares ${draws} draws, and gets as many`, { cause });
  }
}

function applies(made: Made): void {
  const draws = [drawsOf(made), ...EDGES.map((edge) => tf.fill([BATCH, made.draws], edge) as tf.Tensor2D)];
  for (const own of draws)
    for (const planes of [planesOf(), tf.zerosLike(planesOf()), tf.fill([3, BATCH, SIDE, SIDE], 255) as tf.Tensor4D]) {
      const out = apply(made, planes, own);
      requireTensor(out, planes.shape, 'float32', 'what apply returns, [3, B, height, width],');
      const off = Array.from(out.dataSync()).find((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
      require(off === undefined, `a value is ${off}, not a whole number in 0..255: end with tf.clipByValue(tf.floor(tf.add(x, 0.5)), 0, 255)`); // prettier-ignore
    }
}

const once = (made: Made): Snapshot => snapshot({ images: apply(made, planesOf(), drawsOf(made)) });

function repeats(made: Made): void {
  const first = once(made);
  for (let call = 2; call <= CALLS; call++) requireSame(once(made), first, `call ${call} with equal draws. ${DRAWN}`);
}

function appliesAlone(made: Made): void {
  const [planes, draws] = [planesOf(), drawsOf(made)];
  const together = apply(made, planes, draws);
  for (let at = 0; at < BATCH; at++) {
    const alone = apply(made, tf.slice(planes, [0, at], [3, 1]), tf.slice(draws, at, 1), tf.slice(all(true), 0, 1));
    const own = tf.slice(together, [0, at], [3, 1]);
    requireSame(
      snapshot({ image: own }),
      snapshot({ image: alone }),
      `image ${at} in a batch, held against itself alone`,
      ONE_OFF,
    );
  }
}

function compiles(made: Made): void {
  const step = compile((planes: tf.Tensor4D, draws: tf.Tensor2D) => apply(made, planes, draws), { name: 'operation' });
  try {
    requireSame(snapshot({ images: step(planesOf(), drawsOf(made)) }), once(made), 'compiled', ONE_OFF);
  } finally {
    step.dispose();
  }
}

function leavesOthers(made: Made): void {
  const [planes, draws] = [planesOf(), drawsOf(made)];
  const out = apply(made, planes, draws, all(false));
  require(!planes.isDisposed && !draws.isDisposed, 'it disposes an input, which belongs to the caller');
  if (made.op.choosesItself) requireSame(snapshot({ images: out }), snapshot({ images: planes }), 'images that are not chosen');
}
