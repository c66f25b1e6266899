import * as tf from '@tensorflow/tfjs-core';
import { putTogether, takeApart } from '../compile/signature.js';
import { traceFunction } from '../compile/trace-function.js';
import { attr } from '../native/attributes.js';
import { execute, nativeDtype } from '../runtime/execute.js';
import { running } from '../runtime/runtime.js';
import { opArgument } from './errors.js';

/**
 * Applies a function `count` times. In a compiled function its code is there once, and runs as a loop. No gradient flows through it.
 *
 * @param x Where it begins: a tensor. @param constants A tree of tensors: all others that `body` uses.
 * @param body From (index, x, constants) to the next x, of the same dtype and shape; index is an int32 scalar.
 * @throws MOCHI_OP_ARGUMENT when the body uses a tensor from outside.
 */
export function repeat<X extends tf.Tensor, C>(
  count: number,
  x: X,
  constants: C,
  body: (index: tf.Scalar, x: X, constants: C) => X,
): X {
  const { trace } = running().binding;
  const at = (index: number): tf.Scalar => tf.scalar(index, 'int32');
  if (trace === null)
    return tf.tidy(() => Array.from({ length: count }).reduce<X>((value, _, index) => body(at(index), value, constants), x));
  const tensors: tf.Tensor[] = [];
  const structure = takeApart(constants, tensors, 'The constants of repeat');
  return tf.tidy(() => {
    const variables = [at(0), x, ...tensors];
    const specs = variables.map((tensor) => ({ dtype: nativeDtype(tensor), shape: tensor.shape }));
    const traced = [
      traceFunction((index) => [tf.less(index!, at(count))], specs, { name: 'again' }),
      traceFunction(
        (index, value, ...rest) => {
          const next = body(index as tf.Scalar, value as X, putTogether(structure, rest) as C);
          return [tf.add(index!, at(1)), next, ...rest];
        },
        specs,
        { name: 'body' },
      ),
    ] as const;
    const [again, once] = traced;
    trace.parts.push(again.name, once.name); // they live as long as the function that is being traced
    for (const tensor of once.captured) tensor.dispose();
    if (once.captured.length > 0) {
      const happened = `the body uses ${once.captured.length} tensors that are neither x nor among the constants`;
      throw opArgument('repeat', happened, 'every tensor among `constants`.');
    }
    const attrs = [
      attr.types('T', specs.map(({ dtype }) => dtype)),
      attr.func('cond', again.name),
      attr.func('body', once.name),
      attr.shapes('output_shapes', specs.map(({ shape }) => shape)),
      attr.int('parallel_iterations', 1),
    ]; // prettier-ignore
    return execute('StatelessWhile', attrs, variables, variables.length)[1] as X;
  });
}
