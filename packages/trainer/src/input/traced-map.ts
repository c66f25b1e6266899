import type { Tensors } from '@mochi/contract';
import { attr, execute, traceFunction, type MapFunction, type TensorSpec } from '@mochi/tensorflow';

/** A map function that is traced once and then used by any number of pipelines. */
export interface TracedMap {
  /** @param captured Where the call stands in a branch: `captured` of this object, as it came in there. */
  readonly call: (element: Tensors, captured?: readonly Tensors[string][]) => Tensors;
  /** Tensors from outside that the function uses. */
  readonly captured: readonly Tensors[string][];
  /** After the pipelines that use it. */
  dispose(): void;
}

/**
 * Traces a map function now. A pipeline traces its functions at each pass: with this one it records a single call, so that a new epoch costs
 * some milliseconds and not half a second.
 *
 * @param specs Of the tensors that `fn` gets, by name; others of an element are not handed to it.
 * @param fn Its results must have shapes that are known.
 * @param options xla: compiled by XLA at its first call; all shapes must be known. Default false.
 */
export function traceMap(
  name: string,
  specs: Readonly<Record<string, TensorSpec>>,
  fn: MapFunction,
  { xla = false }: { xla?: boolean } = {},
): TracedMap {
  const inputs = Object.keys(specs);
  let outputs: string[] = [];
  const traced = traceFunction(
    (...symbols) => {
      const made = fn(Object.fromEntries(inputs.map((input, at) => [input, symbols[at]!])));
      outputs = Object.keys(made);
      return Object.values(made);
    },
    Object.values(specs),
    { name },
  );
  const attrs = xla ? [attr.bool('_XlaMustCompile', true)] : [];
  const call = (element: Tensors, captured = traced.captured): Tensors => {
    const made = execute(traced.name, attrs, [...inputs.map((input) => element[input]!), ...captured], outputs.length);
    // A call says nothing about the shapes of its results; the trace knew them.
    return Object.fromEntries(outputs.map((output, at) => [output, ensured(made[at]!, traced.outputs[at]!)]));
  };
  return { call, captured: traced.captured, dispose: () => traced.dispose() };
}

const ensured = (
  tensor: Tensors[string],
  { dtype, shape }: { dtype: TensorSpec['dtype']; shape: (number | null)[] },
): Tensors[string] => execute('EnsureShape', [attr.type('T', dtype), attr.shape('shape', shape)], [tensor])[0]!;
