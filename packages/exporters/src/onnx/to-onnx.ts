import { exportOperator } from '../errors.js';
import { hostTensor } from '../graph/constants.js';
import { INPUT, type FrozenEncoder } from '../graph/freeze-encoder.js';
import type { NodeDef } from '../graph/messages.js';
import { GraphBuilder, type OnnxTensor } from './graph-builder.js';
import type { OnnxGraph } from './messages.js';
import { OPERATORS } from './operators.js';

/** The operator set that is written. */
export const OPSET = 17;

/**
 * A frozen encoder as an ONNX graph: input `images` [batch, 3, size, size], as everywhere in ONNX; outputs [batch, width].
 *
 * @throws MOCHI_EXPORT_OPERATOR for an op of TensorFlow that has no counterpart here
 */
export function toOnnx({ graph, size, outputs }: FrozenEncoder): OnnxGraph {
  const build = new GraphBuilder();
  const made = new Map<string, OnnxTensor>();
  for (const node of graph.node) {
    const inputs = node.input.map((name) => made.get(name)!);
    const tensor = node.name === INPUT ? { rank: 4, first: INPUT } : convert(build, node, inputs);
    if (!tensor) throw exportOperator('onnx', node.op, node.name);
    made.set(node.name, tensor);
  }
  return {
    nodes: build.nodes,
    initializers: build.initializers,
    inputs: [{ name: INPUT, shape: [null, 3, size, size], about: 'RGB, normalised: see the metadata mochi.preprocessing' }],
    outputs: outputs.map(({ name, dim }) => ({ name, shape: [null, dim], about: `${name}, not normalised` })),
  };
}

function convert(build: GraphBuilder, node: NodeDef, inputs: readonly OnnxTensor[]): OnnxTensor | undefined {
  if (node.op === 'Const') {
    const constant = hostTensor(node);
    return constant && { rank: constant.shape.length, constant, name: node.name };
  }
  if (node.op === 'Identity') {
    return { rank: inputs[0]!.rank, last: build.node('Identity', [build.last(inputs[0]!)], [], node.name) };
  }
  if (inputs.some((input) => input === undefined)) return undefined; // a second output of some node
  return OPERATORS[node.op]?.(build, node, inputs);
}
