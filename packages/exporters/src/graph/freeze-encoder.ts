import type { EncoderWeights, Tensors, TrainedEncoder } from '@mochi/contract';
import { disposeTree, traceGraphDef } from '@mochi/tensorflow';
import type * as tf from '@tensorflow/tfjs-core';
import { decodeGraphDef, DT, type GraphDef, type NodeDef, type TensorProto } from './messages.js';

/** Name of the graph's input: images [batch, size, size, 3], float32, normalised. */
export const INPUT = 'images';
/** Names of its outputs: [batch, width] float32 each. */
export const OUTPUTS = ['backbone', 'head'] as const;
export type Output = (typeof OUTPUTS)[number];

/** An encoder as a graph of TensorFlow's ops in which its weights are constants. */
export interface FrozenEncoder {
  /** Nodes in an order in which each comes after its inputs; `images` and the outputs are among them. */
  readonly graph: GraphDef;
  /** Side of the images, pixels. */
  readonly size: number;
  /** Width of each output. */
  readonly outputs: readonly { readonly name: Output; readonly dim: number }[];
}

/**
 * The eval pass of an encoder as a graph, for any batch. What the outputs do not need is left out.
 *
 * @throws whatever `encoder.apply` throws while it is traced
 */
export async function freezeEncoder(
  { encoder, weights, preprocessing: { size } }: TrainedEncoder,
  wanted: readonly Output[] = OUTPUTS,
): Promise<FrozenEncoder> {
  const tensors: Tensors = { ...weights.params, ...weights.stats };
  const names = Object.keys(tensors);
  const traced = traceGraphDef(
    (images, ...values) => {
      const made = rebuild(weights, names, values);
      const outputs = encoder.apply(made, images as tf.Tensor4D, 'eval');
      return wanted.map((name) => outputs[name]);
    },
    [{ dtype: 'float32', shape: [null, size, size, 3] }, ...names.map((name) => specOf(tensors[name]!))],
  );
  const [images, ...places] = traced.inputs;
  const values = new Map<string, { name: string; tensor: tf.Tensor }>(
    places.map((place, at) => [place, { name: names[at]!, tensor: tensors[names[at]!]! }]),
  );
  for (const [place, tensor] of Object.entries(traced.captured)) values.set(place, { name: place, tensor });
  try {
    const graph = decodeGraphDef(traced.bytes);
    const node = await named(reachable(graph.node, traced.outputs), images!, values);
    const outputs = wanted.map((name, at) => identity(name, renamed(traced.outputs[at]!, images!, values)));
    return {
      graph: { ...graph, node: withoutNoOps([...node, ...outputs]) },
      size,
      outputs: wanted.map((name) => ({ name, dim: encoder.dims[name] })),
    };
  } finally {
    disposeTree(traced.captured);
  }
}

const specOf = ({ dtype, shape }: tf.Tensor) => ({ dtype: dtype as 'float32' | 'int32', shape });

function rebuild(weights: EncoderWeights, names: readonly string[], values: readonly tf.Tensor[]): EncoderWeights {
  const by = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
  const pick = (of: Tensors): Tensors => Object.fromEntries(Object.keys(of).map((name) => [name, by[name]!]));
  return { params: pick(weights.params), stats: pick(weights.stats) };
}

/** The node that an input names: `name:1`, `^name` and `name` are all of it. */
export const nodeOf = (input: string): string => input.replace(/^\^/, '').replace(/:\d+$/, '');

/** TensorFlow.js' kernels cast before they average, floats too. */
function withoutNoOps(nodes: readonly NodeDef[]): NodeDef[] {
  const stands = new Map<string, string>();
  const kept: NodeDef[] = [];
  for (const node of nodes) {
    const input = node.input.map((name) => stands.get(name) ?? name);
    if (node.op === 'Cast' && node.attr['SrcT']?.type === node.attr['DstT']?.type) stands.set(node.name, input[0]!);
    else kept.push({ ...node, input });
  }
  return kept;
}

/** Nodes that the outputs depend on, each after its inputs. */
function reachable(nodes: readonly NodeDef[], outputs: readonly string[]): NodeDef[] {
  const by = new Map(nodes.map((node) => [node.name, node]));
  const seen = new Set<string>();
  const ordered: NodeDef[] = [];
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const node = by.get(name)!;
    for (const input of node.input) visit(nodeOf(input));
    ordered.push(node);
  };
  for (const output of outputs) visit(nodeOf(output));
  return ordered;
}

type Values = ReadonlyMap<string, { readonly name: string; readonly tensor: tf.Tensor }>;

/** Placeholders of weights become constants under the weights' names, and the one of the images gets its name. */
async function named(nodes: readonly NodeDef[], images: string, values: Values): Promise<NodeDef[]> {
  const made: NodeDef[] = [];
  for (const node of nodes) {
    const value = values.get(node.name);
    if (value) made.push(await constant(value.name, value.tensor));
    else {
      const name = node.name === images ? INPUT : node.name;
      made.push({ ...node, name, input: node.input.map((input) => renamed(input, images, values)) });
    }
  }
  return made;
}

function renamed(input: string, images: string, values: Values): string {
  const node = nodeOf(input);
  if (node === images) return INPUT;
  return values.get(node)?.name ?? input.replace(/:0$/, '');
}

async function constant(name: string, tensor: tf.Tensor): Promise<NodeDef> {
  const data = await tensor.data();
  const dtype = tensor.dtype === 'int32' ? DT.int32 : DT.float32;
  const value: TensorProto = {
    dtype,
    tensor_shape: { dim: tensor.shape.map((size) => ({ size })) },
    tensor_content: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
  return { name, op: 'Const', input: [], attr: { dtype: { type: dtype }, value: { tensor: value } } };
}

const identity = (name: string, input: string): NodeDef => ({
  name,
  op: 'Identity',
  input: [input],
  attr: { T: { type: DT.float32 } },
});
