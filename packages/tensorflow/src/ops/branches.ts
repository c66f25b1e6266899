import type * as tf from '@tensorflow/tfjs-core';
import { traceFunction, type TracedFunction } from '../compile/trace-function.js';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { running, type Running } from '../runtime/runtime.js';

/** From a string scalar to an image [height, width, 3] float32. */
export type Decoder = (bytes: tf.Tensor) => tf.Tensor;

// Functions live in TensorFlow's context, which is one for the process, and so do these: each branch is traced once.
const traced = new WeakMap<Running, Map<Decoder, TracedFunction>>();

function branch(decoder: Decoder): string {
  const current = running();
  const known = traced.get(current) ?? new Map<Decoder, TracedFunction>();
  traced.set(current, known);
  let found = known.get(decoder);
  if (found === undefined) {
    found = traceFunction((bytes) => [decoder(bytes!)], [{ dtype: 'string', shape: [] }], { name: decoder.name });
    known.set(decoder, found);
  }
  return found.name;
}

/** Decodes by one of two decoders, chosen when it runs, eager or traced; only the chosen one runs. @param condition A bool scalar. */
export const decodeEither = (condition: tf.Tensor, bytes: tf.Tensor, whenTrue: Decoder, whenFalse: Decoder): tf.Tensor3D =>
  execute(
    'StatelessIf',
    [
      attr.type('Tcond', 'bool'),
      attr.types('Tin', ['string']),
      attr.types('Tout', ['float32']),
      attr.func('then_branch', branch(whenTrue)),
      attr.func('else_branch', branch(whenFalse)),
      attr.shapes('output_shapes', [[-1, -1, 3]]),
    ],
    [condition, bytes],
    1,
  )[0] as tf.Tensor3D;
