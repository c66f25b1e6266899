import { isMochiError } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { operationFailed, operationOutput } from './errors.js';
import type { PlacedOperation } from './place-operations.js';
import { changeChosen, choose, type PerImage, type Planes } from './planes.js';

/** What one operation makes of its draws. */
interface Drawn {
  /** [B] bool. */
  readonly chosen: tf.Tensor1D;
  readonly parameters: Record<string, tf.Tensor>;
}

/** @param draws [B, sum of the streams' counts] in [0, 1). @param size Side of the view, pixels. */
export function drawOperations(draws: tf.Tensor2D, placed: readonly PlacedOperation[], size: number): Drawn[] {
  if (placed.length === 0) return [];
  const columns = tf.unstack(draws, 1) as PerImage[];
  let at = 0;
  return placed.map((one) => {
    const { op, p, options, stream } = one;
    const [first, ...own] = columns.slice(at, (at += stream.count)) as [PerImage, ...PerImage[]];
    const parameters = named(one, 'parameters', () => op.parameters?.(own, options, size) ?? {});
    return { chosen: tf.less(first, p), parameters };
  });
}

/**
 * The operations of a view on a batch, one after the other.
 *
 * @param draws [B, sum of the streams' counts] in [0, 1).
 */
export function applyOperations(planes: Planes, draws: tf.Tensor2D, placed: readonly PlacedOperation[]): Planes {
  return tf.tidy(() => {
    const drawn = drawOperations(draws, placed, planes.shape[2]);
    return placed.reduce((x, one, at) => applyOne(x, one, drawn[at]!), tf.clone(planes));
  });
}

function applyOne(planes: Planes, placed: PlacedOperation, { chosen, parameters }: Drawn): Planes {
  const { op, p, options } = placed;
  const change = (x: Planes, given: Drawn['parameters']): Planes =>
    checked(op.name, x, named(placed, 'apply', () => op.apply(x, given, options, chosen))); // prettier-ignore
  if (op.choosesItself || p === 1) return change(planes, parameters);
  if (op.cheap) return choose(chosen, change(planes, parameters), planes);
  return changeChosen(chosen, planes, parameters, change);
}

/** What an operation throws is named. Errors with a code of their own say enough, but for those of TensorFlow's ops. */
function named<T>({ op, stream }: PlacedOperation, call: 'parameters' | 'apply', run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (isMochiError(cause) && cause.code !== 'MOCHI_TENSORFLOW') throw cause;
    throw operationFailed(op.name, call, stream.count - 1, cause);
  }
}

/** @throws MOCHI_AUGMENT_OP_FAILED for what are no planes of the same shape */
function checked(name: string, before: Planes, after: Planes): Planes {
  const shown = ({ shape, dtype }: tf.Tensor): string => `[${shape.join(', ')}] ${dtype}`;
  if (!((after as unknown) instanceof tf.Tensor))
    throw operationOutput(name, after === undefined ? 'nothing' : 'no tensor', shown(before));
  if (shown(after) !== shown(before)) throw operationOutput(name, shown(after), shown(before));
  return after;
}
