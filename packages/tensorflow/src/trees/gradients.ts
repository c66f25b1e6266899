import { engine, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '@mochi/contract';
import { nameGradients } from '../compile/scope.js';
import { lossNotScalar, noGradient } from '../errors.js';
import { keepFloat32, withoutProducts, withProducts } from '../precision/mixed-precision.js';
import { running } from '../runtime/runtime.js';
import { mapTree, type Tree } from './tree.js';

/**
 * The same data, cut from the gradient tape: a constant as far as gradients go. Nothing is copied.
 *
 * @returns A new tensor, which has to be disposed beside `x`.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  running().backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}

/**
 * Value and gradients of a function of named parameters.
 *
 * @param fn Computes the loss, a scalar, from the parameters; `aux` is a tree of whatever else is wanted out of it, as constants.
 * @param params Where the gradient is taken.
 * @returns New tensors: loss, gradients by the names of `params`, and copies (without data) of `aux`.
 * @throws MOCHI_LOSS_NOT_SCALAR; MOCHI_NO_GRADIENT, which names the parameters that the loss does not depend on.
 */
export function valueAndGrads<P extends Tensors, A extends Tree | undefined = undefined>(
  fn: (params: P) => { loss: Scalar; aux?: A },
  params: P,
): { loss: Scalar; gradients: { [N in keyof P]: P[N] }; aux: A } {
  const names = Object.keys(params);
  let aux: A | undefined;
  const kept: Tensor[] = [];
  let close: (() => void) | undefined;
  const forward = (): Scalar => {
    const whenOver = nameGradients();
    const result = withoutProducts(() => fn(params));
    if (result.loss.shape.length !== 0) throw lossNotScalar(result.loss.shape);
    // Out of the scopes that engine().gradients opens and closes.
    if (result.aux !== undefined) {
      aux = mapTree(result.aux, (tensor) => {
        const copy = engine().keep(stopGradient(tensor));
        kept.push(copy);
        return copy;
      });
    }
    close = whenOver();
    return result.loss;
  };
  try {
    const at = names.map((name) => params[name]!);
    const { value, grads } = withProducts(() => engine().gradients(forward, at, undefined, true));
    const missing = names.filter((_, i) => !(grads[i] as Tensor | null | undefined));
    if (missing.length > 0) {
      value.dispose();
      for (const gradient of grads) (gradient as Tensor | undefined)?.dispose();
      throw noGradient(missing);
    }
    for (const tensor of kept) release(tensor);
    const gradients = Object.fromEntries(names.map((name, i) => [name, keepFloat32(grads[i]!)])) as P;
    return { loss: value as Scalar, gradients, aux: aux as A };
  } catch (error) {
    for (const tensor of kept) tensor.dispose();
    throw error;
  } finally {
    close?.();
  }
}

/** Back into the scope that is open now, as any other result. */
function release(tensor: Tensor): void {
  tensor.kept = false;
  (engine() as unknown as { track(tensor: Tensor): void }).track(tensor);
}
