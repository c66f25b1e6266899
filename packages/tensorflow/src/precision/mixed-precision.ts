import type { Tensor } from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { running } from '../runtime/runtime.js';
import { mapTree, type Tree } from '../trees/tree.js';
import { withGradient } from '../ops/with-gradient.js';

/**
 * What may be computed in the lower precision of the function that is being traced (`compile(fn, { precision })`): convolutions anywhere, matrix
 * products only in here and on the way back of `valueAndGrads`. Results are float32 again for everything that follows, gradients of
 * `valueAndGrads` too. Where nothing is traced, or in float32, this is `fn()`.
 *
 * @param fn Returns tensors in plain objects and arrays, e.g. the forward pass of an encoder.
 */
export function mixedPrecision<R extends Tree>(fn: () => R): R {
  const { trace } = running().binding;
  if (trace === null || trace.precision === 'float32') return fn();
  return mapTree(withProducts(fn), keepFloat32) as R;
}

/** Runs `fn` so that matrix products in it may be lowered. */
export function withProducts<R>(fn: () => R): R {
  const { trace } = running().binding;
  if (trace === null) return fn();
  const before = trace.lowersProducts;
  trace.lowersProducts = true;
  try {
    return fn();
  } finally {
    trace.lowersProducts = before;
  }
}

/** Runs `fn` so that matrix products in it stay float32. */
export function withoutProducts<R>(fn: () => R): R {
  const { trace } = running().binding;
  if (trace === null) return fn();
  const before = trace.lowersProducts;
  trace.lowersProducts = false;
  try {
    return fn();
  } finally {
    trace.lowersProducts = before;
  }
}

/**
 * The same values, with what follows in float32. TensorFlow's rewrite lowers whatever comes after a lowered op, sums and optimizers too; it stops
 * at an op that is on none of its lists. PlaceholderWithDefault is one, has kernels on every device, and hands its input on without a copy.
 */
export function keepFloat32<T extends Tensor>(x: T): T {
  const { trace } = running().binding;
  if (trace === null || trace.precision === 'float32' || x.dtype !== 'float32') return x;
  const [kept] = execute('PlaceholderWithDefault', [attr.type('dtype', 'float32'), attr.shape('shape', x.shape)], [x]);
  return withGradient(kept as T, [x], [], (dy) => [dy]);
}
