import type { Tensor } from '@tensorflow/tfjs-core';
import { DTYPES } from '../native/dtypes.js';
import { bufferBytes } from '../native/op-definitions.js';
import { running, type Running } from '../runtime/runtime.js';
import type { NodeOutput } from '../runtime/engine.js';
import { inTidy, ownTensor, type TensorSpec } from './trace-function.js';
import { Trace } from './trace.js';

/** A function as TensorFlow's GraphDef. */
export interface TracedGraphDef {
  /** The message tensorflow.GraphDef, serialised. */
  readonly bytes: Uint8Array;
  /** The placeholder of each input, in order. */
  readonly inputs: readonly string[];
  /** Where each output comes from, `node:index`. */
  readonly outputs: readonly string[];
  /** Tensors from outside that the function uses, by their placeholders. New handles, which the caller disposes. */
  readonly captured: Readonly<Record<string, Tensor>>;
}

/**
 * The graph that `fn` makes, for other tools to read: nothing stays in TensorFlow's context.
 *
 * @param fn Gets a symbolic tensor for each input and returns the outputs. Must not read values.
 * @param inputs Their dtypes and shapes; null for an unknown size, e.g. the batch.
 */
export function traceGraphDef(fn: (...inputs: Tensor[]) => Tensor[], inputs: readonly TensorSpec[]): TracedGraphDef {
  const current = running();
  const { engine, binding, backend } = current;
  const before = binding.trace;
  const trace = new Trace(engine);
  binding.trace = trace;
  let done = false;
  try {
    const traced = inTidy(() => {
      const symbols = inputs.map(({ dtype, shape }) => backend.createOutputTensor(trace.argument(DTYPES[dtype], shape)));
      const outputs = fn(...symbols).map((tensor) => trace.result(backend.idOf(tensor)));
      return {
        bytes: serialise(current, trace),
        inputs: trace.arguments.map((node) => nameOf(current, node)),
        outputs: outputs.map((node) => `${nameOf(current, node)}:${node.index}`),
        captures: [...trace.captures.values()].map((capture) => [nameOf(current, capture.node), capture] as const),
      };
    });
    done = true;
    const { captures, ...rest } = traced;
    return { ...rest, captured: Object.fromEntries(captures.map(([name, capture]) => [name, ownTensor(current, capture)])) };
  } finally {
    binding.trace = before;
    trace.close(!done);
  }
}

const nameOf = ({ engine }: Running, { oper }: NodeOutput): string => engine.api.TF_OperationName(oper);

function serialise({ engine: { api, status } }: Running, { graph }: Trace): Uint8Array {
  const buffer = api.TF_NewBuffer();
  try {
    api.TF_GraphToGraphDef(graph, buffer, status.pointer);
    status.check('the serialisation of a graph');
    return bufferBytes(buffer);
  } finally {
    api.TF_DeleteBuffer(buffer);
  }
}
