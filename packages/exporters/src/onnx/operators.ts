import { sizeOf, transposed, type HostTensor } from '../graph/constants.js';
import type { NodeDef } from '../graph/messages.js';
import type { GraphBuilder, OnnxTensor } from './graph-builder.js';
import { floatAttribute, intAttribute, intsAttribute, stringAttribute, type Attribute } from './messages.js';

/** One op of TensorFlow as nodes of ONNX. Undefined: in this form it has no counterpart here. */
export type Operator = (build: GraphBuilder, node: NodeDef, inputs: readonly OnnxTensor[]) => OnnxTensor | undefined;

const image = (first: string): OnnxTensor => ({ rank: 4, first });
const plain = (rank: number, last: string): OnnxTensor => ({ rank, last });
const isImage = ({ rank, first }: OnnxTensor): boolean => rank === 4 && first !== undefined;
const textOf = (node: NodeDef, name: string): string => new TextDecoder().decode(node.attr[name]?.s);
const intsOf = (node: NodeDef, name: string): number[] => node.attr[name]?.list?.i ?? [];
const isNhwc = (node: NodeDef): boolean => ['', 'NHWC'].includes(textOf(node, 'data_format'));

/** Sides that are added before and after height and width, as ONNX' pads: [top, left, bottom, right]. Undefined: SAME. */
function padsOf(node: NodeDef): number[] | undefined {
  const padding = textOf(node, 'padding');
  if (padding === 'VALID') return [0, 0, 0, 0];
  const given = intsOf(node, 'explicit_paddings');
  return padding === 'EXPLICIT' ? [given[2]!, given[4]!, given[3]!, given[5]!] : undefined;
}

/** TensorFlow's SAME puts the odd pixel below and right, which ONNX calls SAME_UPPER. */
function windowOf(node: NodeDef): Attribute[] {
  const pads = padsOf(node);
  return [
    intsAttribute('strides', intsOf(node, 'strides').slice(1, 3)),
    pads ? intsAttribute('pads', pads) : stringAttribute('auto_pad', 'SAME_UPPER'),
  ];
}

const convolution: Operator = (build, node, [x, kernel]) => {
  if (!kernel!.constant || !isNhwc(node)) return undefined;
  const [height, width] = kernel!.constant.shape as [number, number];
  const dilations = intsOf(node, 'dilations').slice(1, 3);
  const weights = build.constant(transposed(kernel!.constant, [3, 2, 0, 1]), node.input[1]);
  const attributes = [...windowOf(node), intsAttribute('kernel_shape', [height, width])];
  if (dilations.length > 0) attributes.push(intsAttribute('dilations', dilations));
  return image(build.node('Conv', [build.first(x!), weights], attributes, node.name));
};

const pool =
  (op: 'MaxPool' | 'AveragePool'): Operator =>
  (build, node, [x]) => {
    if (!isNhwc(node)) return undefined;
    const attributes = [...windowOf(node), intsAttribute('kernel_shape', intsOf(node, 'ksize').slice(1, 3))];
    return image(build.node(op, [build.first(x!)], attributes, node.name));
  };

const batchNorm: Operator = (build, node, [x, ...vectors]) => {
  if (node.attr['is_training']?.b || !isNhwc(node)) return undefined;
  const inputs = [build.first(x!), ...vectors.map((vector) => build.last(vector))];
  return image(build.node('BatchNormalization', inputs, [floatAttribute('epsilon', node.attr['epsilon']!.f!)], node.name));
};

const unary =
  (...ops: readonly string[]): Operator =>
  (build, node, [x]) => {
    const chain = (from: string): string =>
      ops.reduce((input, op, at) => build.node(op, [input], [], at === ops.length - 1 ? node.name : undefined), from);
    return isImage(x!) ? image(chain(x!.first!)) : plain(x!.rank, chain(build.last(x!)));
  };

const square: Operator = (build, node, inputs) => binary('Mul')(build, node, [inputs[0]!, inputs[0]!]);

/** Elementwise, where an image meets an image, a number, or a number for each channel; else in TensorFlow's layout, which has ONNX' broadcasting. */
const binary =
  (op: string): Operator =>
  (build, node, [a, b]) => {
    const rank = Math.max(a!.rank, b!.rank);
    const names = isImage(a!) || isImage(b!) ? [channelsFirst(build, a!), channelsFirst(build, b!)] : [];
    if (names.length > 0 && names.every((name) => name !== undefined)) return image(build.node(op, names, [], node.name));
    return plain(rank, build.node(op, [build.last(a!), build.last(b!)], [], node.name));
  };

function channelsFirst(build: GraphBuilder, tensor: OnnxTensor): string | undefined {
  if (tensor.constant && sizeOf(tensor.constant.shape) === 1) return build.last(tensor);
  if (tensor.constant && tensor.rank === 1)
    return build.constant({ ...tensor.constant, shape: [...tensor.constant.shape, 1, 1] });
  return tensor.rank === 4 && !tensor.constant ? build.first(tensor) : undefined;
}

const product: Operator = (build, node, [a, b]) => {
  if (a!.rank !== 2 || b!.rank !== 2) return undefined;
  const flag = (...names: string[]): boolean => names.some((name) => node.attr[name]?.b === true);
  const side = (tensor: OnnxTensor, turned: boolean): string => {
    const name = build.last(tensor);
    return turned ? build.node('Transpose', [name], [intsAttribute('perm', [1, 0])]) : name;
  };
  const inputs = [side(a!, flag('adj_x', 'transpose_a')), side(b!, flag('adj_y', 'transpose_b'))];
  return plain(2, build.node('MatMul', inputs, [], node.name));
};

/** Axis of an image with channels last to its place with channels second. */
const FIRST_AXIS = [0, 2, 3, 1];

const reduction =
  (op: string): Operator =>
  (build, node, [x, axes]) => {
    if (!axes!.constant) return undefined;
    const keep = node.attr['keep_dims']?.b ?? false;
    const along = [...axes!.constant.data].map((axis) => (axis < 0 ? axis + x!.rank : axis));
    const attributes = (at: number[]): Attribute[] => [intsAttribute('axes', at), intAttribute('keepdims', Number(keep))];
    const rank = keep ? x!.rank : x!.rank - along.length;
    // Without kept axes what is left over must stand in TensorFlow's order: so it does where all of the image's sides go.
    const wholeImage = along.length === 2 && along.includes(1) && along.includes(2);
    if (isImage(x!) && (keep || wholeImage)) {
      const made = build.node(op, [x!.first!], attributes(along.map((axis) => FIRST_AXIS[axis]!)), node.name);
      return keep ? image(made) : plain(rank, made);
    }
    return plain(rank, build.node(op, [build.last(x!)], attributes(along), node.name));
  };

const reshape: Operator = (build, node, [x, shape]) => {
  if (!shape!.constant) return undefined;
  return plain(shape!.constant.data.length, build.node('Reshape', [build.last(x!), build.last(shape!)], [], node.name));
};

const transpose: Operator = (build, node, [x, order]) => {
  if (!order!.constant) return undefined;
  return plain(x!.rank, build.node('Transpose', [build.last(x!)], [intsAttribute('perm', [...order!.constant.data])], node.name));
};

const softmax: Operator = (build, node, [x]) =>
  plain(x!.rank, build.node('Softmax', [build.last(x!)], [intAttribute('axis', -1)], node.name));

const pad: Operator = (build, node, [x, sides, value]) => {
  if (!sides!.constant) return undefined;
  const pairs = sides!.constant.data; // [rank, 2]
  const order = [...pairs.filter((_, at) => at % 2 === 0), ...pairs.filter((_, at) => at % 2 === 1)];
  const pads: HostTensor = { shape: [order.length], data: Int32Array.from(order) };
  const inputs = [build.last(x!), build.constant(pads), ...(value ? [build.last(value)] : [])];
  return plain(x!.rank, build.node('Pad', inputs, [], node.name));
};

/** What can be written: the ops that convolutional networks are made of, by TensorFlow's names. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  Conv2D: convolution,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  FusedBatchNormV3: batchNorm,
  Relu: unary('Relu'),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Neg: unary('Neg'),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Sqrt', 'Reciprocal'),
  Softplus: unary('Softplus'),
  Square: square,
  Add: binary('Add'),
  AddV2: binary('Add'),
  BiasAdd: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  MatMul: product,
  BatchMatMulV2: product,
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Reshape: reshape,
  Transpose: transpose,
  Softmax: softmax,
  Pad: pad,
  PadV2: pad,
};
