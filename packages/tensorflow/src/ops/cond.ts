import * as tf from '@tensorflow/tfjs-core';
import { putTogether, takeApart, type Structure } from '../compile/signature.js';
import { traceFunction, type TracedFunction } from '../compile/trace-function.js';
import { attr, type PartialShape } from '../native/attributes.js';
import { execute, nativeDtype } from '../runtime/execute.js';
import { running } from '../runtime/runtime.js';
import { stopGradient } from '../trees/gradients.js';
import { opArgument } from './errors.js';

interface Branch {
  readonly traced: TracedFunction;
  readonly result: Structure;
}

/**
 * The result of one of two functions, chosen when it runs; in a compiled function the other one is not computed. Eagerly the condition is read.
 * No gradient flows through it.
 *
 * @param condition A bool scalar. @param inputs A tree of tensors: all of them that the branches use.
 * @param whenTrue From `inputs` to a tree of tensors. @param whenFalse To a tree of the same form and dtypes. A size that differs is unknown (-1).
 * @throws MOCHI_OP_ARGUMENT when the branches differ in form or dtypes, or use a tensor from outside.
 */
export function cond<A, R>(condition: tf.Tensor, inputs: A, whenTrue: (inputs: A) => R, whenFalse: (inputs: A) => R): R {
  const tensors: tf.Tensor[] = [];
  const structure = takeApart(inputs, tensors, 'The inputs of cond');
  if (running().binding.trace === null) {
    const chosen = condition.dataSync()[0] ? whenTrue : whenFalse;
    const call = () => chosen(putTogether(structure, tensors.map(stopGradient)) as A);
    return tf.tidy(() => call() as tf.TensorContainer) as R;
  }
  const branch = (fn: (inputs: A) => R): Branch => traceBranch((symbols) => fn(putTogether(structure, symbols) as A), tensors);
  const [yes, no] = [branch(whenTrue), branch(whenFalse)];
  requireAlike(yes, no);
  const attrs = [
    attr.type('Tcond', 'bool'),
    attr.types('Tin', tensors.map(nativeDtype)),
    attr.types('Tout', yes.traced.outputs.map(({ dtype }) => dtype)),
    attr.func('then_branch', yes.traced.name),
    attr.func('else_branch', no.traced.name),
    attr.shapes('output_shapes', yes.traced.outputs.map(({ shape }, at) => common(shape, no.traced.outputs[at]!.shape))),
  ]; // prettier-ignore
  const outputs = execute('StatelessIf', attrs, [condition, ...tensors], yes.traced.outputs.length);
  return putTogether(yes.result, outputs) as R;
}

/** The function lives as long as the one that is being traced, which calls it. */
function traceBranch(fn: (symbols: tf.Tensor[]) => unknown, inputs: readonly tf.Tensor[]): Branch {
  let result: Structure | undefined;
  const specs = inputs.map((tensor) => ({ dtype: nativeDtype(tensor), shape: tensor.shape }));
  const build = (...symbols: tf.Tensor[]): tf.Tensor[] => {
    const outputs: tf.Tensor[] = [];
    result = takeApart(fn(symbols), outputs, 'The result of a branch of cond');
    return outputs;
  };
  const traced = traceFunction(build, specs, { name: 'branch' });
  running().binding.trace!.parts.push(traced.name);
  if (traced.captured.length > 0) {
    const { length } = traced.captured;
    for (const tensor of traced.captured) tensor.dispose();
    throw opArgument('cond', `a branch uses ${length} tensors that are not among the inputs`, 'every tensor among `inputs`.');
  }
  return { traced, result: result! };
}

function requireAlike(yes: Branch, no: Branch): void {
  const form = ({ result, traced }: Branch) => JSON.stringify([result, traced.outputs.map(({ dtype }) => dtype)]);
  if (form(yes) === form(no)) return;
  throw opArgument('cond', `the branches give ${form(yes)} and ${form(no)}`, 'results of the same form and dtypes.');
}

/** What both shapes say. [null] may stand for an unknown rank: see `TracedFunction`. */
function common(yes: readonly (number | null)[], no: readonly (number | null)[]): PartialShape {
  const unknown = (shape: readonly (number | null)[]) => shape.length === 1 && shape[0] === null;
  if (yes.length !== no.length || unknown(yes) || unknown(no)) return null;
  return yes.map((size, axis) => (size === no[axis] ? size : null));
}
