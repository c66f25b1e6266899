import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { PartialShape } from '../native/attributes.js';
import type { Precision } from '../native/context.js';
import { DTYPES, dtypeName, type NativeDtype } from '../native/dtypes.js';
import { running, type Running } from '../runtime/runtime.js';
import { scope } from './scope.js';
import { type Capture, Trace, type TracedGraph } from './trace.js';

/** Dtype and shape of an input; null or -1 for an unknown size, a null shape for an unknown rank. */
export interface TensorSpec {
  readonly dtype: NativeDtype;
  readonly shape: PartialShape;
}

/** A function in TensorFlow's context, to be named in attributes of other ops (`attr.func`). */
export interface TracedFunction {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  /** Unknown sizes are null; an unknown rank appears as [null]. */
  readonly outputs: readonly { readonly dtype: NativeDtype; readonly shape: (number | null)[] }[];
  /** Tensors from outside that the function uses: extra inputs, after the declared ones. They belong to this object. */
  readonly captured: readonly Tensor[];
  /** Removes the function and the captured tensors. */
  dispose(): void;
}

let counter = 0; // names of functions are never used twice in a process

const uniqueName = (name: string): string => `mochi_${name.replace(/[^A-Za-z0-9_]/g, '_')}_${counter++}`;

/** What `traceGraph` hands over: the graph as a function, and the values of `build`. */
export interface TraceResult<R> extends TracedGraph {
  readonly result: R;
}

/**
 * Runs `build` while ops are recorded, and makes a function of them.
 *
 * @param specs Inputs of the function; `build` gets a symbolic tensor for each and returns the tensors that are its outputs, with any result.
 * @param precision Default: that of the function around it, else float32.
 */
export function traceGraph<R>(
  name: string,
  specs: readonly { dtype: number; shape: PartialShape; path?: string }[],
  build: (inputs: Tensor[]) => { outputs: Tensor[]; result: R },
  precision?: Precision,
): TraceResult<R> {
  const { engine, binding, backend } = running();
  const before = binding.trace;
  const trace = new Trace(engine, precision ?? before?.precision);
  binding.trace = trace;
  let failed = true;
  try {
    const traced = inTidy(() => {
      const { outputs, result } = build(
        specs.map(({ dtype, shape, path }) => backend.createOutputTensor(trace.argument(dtype, shape, path))),
      );
      const ids = outputs.map((tensor) => backend.idOf(tensor));
      return { ...trace.finish(uniqueName(name), ids), result };
    });
    engine.functionOutputs.set(traced.name, traced.outputs);
    engine.functionParts.set(traced.name, traced.parts);
    failed = false;
    return traced;
  } finally {
    binding.trace = before;
    trace.close(failed);
    if (failed) for (const part of trace.parts) removeFunction(running(), part);
  }
}

/** tf.tidy for a function whose result is no tensor. */
export function inTidy<R>(fn: () => R): R {
  let result: R | undefined;
  tidy(() => {
    result = fn();
  });
  return result as R;
}

/** Removes a function and its parts. */
export function removeFunction({ engine }: Pick<Running, 'engine'>, name: string): void {
  if (!engine.functionOutputs.delete(name)) return;
  engine.api.TFE_ContextRemoveFunction(engine.context, name, engine.status.pointer);
  engine.status.check(`the removal of ${name}`);
  engine.definitions.forget(name);
  engine.functions--;
  const parts = engine.functionParts.get(name) ?? [];
  engine.functionParts.delete(name);
  for (const part of parts) removeFunction({ engine }, part);
}

/**
 * Traces a function of flat inputs into TensorFlow's context, for ops that take functions: tf.data's map, If, While.
 *
 * @param fn Gets one symbolic tensor for each input and returns the outputs. Must not read values.
 * @param inputs Their dtypes and shapes, which may be partly unknown.
 */
export function traceFunction(
  fn: (...inputs: Tensor[]) => Tensor[],
  inputs: readonly TensorSpec[],
  { name = 'function' }: { name?: string } = {},
): TracedFunction {
  const current = running();
  const specs = inputs.map(({ dtype, shape }) => ({ dtype: DTYPES[dtype], shape }));
  const traced = traceGraph(name, specs, (symbols) => ({
    outputs: scope(name, () => fn(...symbols)),
    result: undefined,
  }));
  const captured = traced.captures.map((capture) => ownTensor(current, capture));
  return {
    name: traced.name,
    inputs,
    outputs: traced.outputs.map(({ dtype, shape }) => ({
      dtype: dtypeName(dtype),
      shape: shape.map((size) => (size < 0 ? null : size)),
    })),
    captured,
    dispose() {
      for (const tensor of captured) if (!tensor.isDisposed) tensor.dispose();
      removeFunction(current, traced.name);
    },
  };
}

/** Kept out of scopes: it lives as long as the function. */
export function ownTensor({ backend, engine }: Running, { id, node }: Capture): Tensor {
  const entry = engine.handles.get(id);
  const metadata = typeof entry === 'bigint' ? engine.metadata(id) : { id, shape: [...node.shape], dtype: node.dtype };
  const tensor = backend.createOutputTensor(metadata);
  tensor.kept = true;
  return tensor;
}
