import protobuf from 'protobufjs';

/** The part of ONNX' messages that a network of floats needs. @see onnx/onnx.proto */
const SCHEMA = `
syntax = "proto3";
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message AttributeProto { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; }
message TensorShapeProto { message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } } repeated Dimension dim = 1; }
message TypeProto { message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } Tensor tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; string doc_string = 3; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; string doc_string = 10; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message OperatorSetId { string domain = 1; int64 version = 2; }
message StringEntry { string key = 1; string value = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; string doc_string = 6; GraphProto graph = 7; repeated OperatorSetId opset_import = 8; repeated StringEntry metadata_props = 14; }
`;

/** Element types of ONNX. */
export const ELEMENT = { float: 1, int64: 7 } as const;

const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly ints?: readonly number[];
}

export const floatAttribute = (name: string, f: number): Attribute => ({ name, type: ATTRIBUTE.float, f });
export const intAttribute = (name: string, i: number): Attribute => ({ name, type: ATTRIBUTE.int, i });
export const intsAttribute = (name: string, ints: readonly number[]): Attribute => ({ name, type: ATTRIBUTE.ints, ints });
export const stringAttribute = (name: string, s: string): Attribute => ({
  name,
  type: ATTRIBUTE.string,
  s: new TextEncoder().encode(s),
});

export interface OnnxNode {
  readonly op_type: string;
  readonly name: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly Attribute[];
}

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly raw_data: Uint8Array;
}

/** A tensor of floats that the model takes or gives; a size of null is the batch. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly about: string;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** IR version 8 goes with opset 17 (ONNX 1.12, 2022). */
const IR_VERSION = 8;

export function encodeModel(
  { nodes, initializers, inputs, outputs }: OnnxGraph,
  { name, opset, metadata }: { name: string; opset: number; metadata: Readonly<Record<string, string>> },
): Uint8Array {
  const type = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');
  const model = {
    ir_version: IR_VERSION,
    producer_name: 'mochi',
    opset_import: [{ domain: '', version: opset }],
    graph: { name, node: nodes, initializer: initializers, input: inputs.map(valueInfo), output: outputs.map(valueInfo) },
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  return type.encode(type.fromObject(model)).finish();
}

const valueInfo = ({ name, shape, about }: OnnxValue): object => ({
  name,
  doc_string: about,
  type: {
    tensor_type: {
      elem_type: ELEMENT.float,
      shape: { dim: shape.map((size) => (size === null ? { dim_param: 'batch' } : { dim_value: size })) },
    },
  },
});
