import { DT, type GraphDef, type NodeDef } from '../graph/messages.js';

/** TensorFlow.js' own pooling knows no explicit sides: the image is padded before it. Far below what a network computes, and finite. */
const LOWEST = -3.4e38;

/** The graph in ops that TensorFlow.js' graph models have. */
export const browserGraph = (graph: GraphDef): GraphDef => ({ ...graph, node: graph.node.flatMap(browserNodes) });

function browserNodes(node: NodeDef): NodeDef[] {
  const padding = new TextDecoder().decode(node.attr['padding']?.s);
  if (node.op !== 'MaxPool' || padding !== 'EXPLICIT') return [node];
  const sides = Int32Array.from(node.attr['explicit_paddings']?.list?.i ?? []);
  const paddings = constant(`${node.name}/paddings`, DT.int32, [4, 2], sides);
  const value = constant(`${node.name}/lowest`, DT.float32, [], Float32Array.of(LOWEST));
  const padded: NodeDef = {
    name: `${node.name}/padded`,
    op: 'PadV2',
    input: [node.input[0]!, paddings.name, value.name],
    attr: { T: { type: DT.float32 }, Tpaddings: { type: DT.int32 } },
  };
  const { explicit_paddings: _, ...attr } = node.attr;
  const pool = { ...node, input: [padded.name], attr: { ...attr, padding: { s: new TextEncoder().encode('VALID') } } };
  return [paddings, value, padded, pool];
}

function constant(name: string, dtype: number, shape: readonly number[], data: Int32Array | Float32Array): NodeDef {
  const tensor = {
    dtype,
    tensor_shape: { dim: shape.map((size) => ({ size })) },
    tensor_content: new Uint8Array(data.buffer),
  };
  return { name, op: 'Const', input: [], attr: { dtype: { type: dtype }, value: { tensor } } };
}
