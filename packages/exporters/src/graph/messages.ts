import protobuf from 'protobufjs';

/**
 * The messages of TensorFlow that a frozen graph and a SavedModel consist of, fields that are not needed left out.
 *
 * @see tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto, tensorflow/core/protobuf/{meta_graph,saved_model}.proto
 */
const SCHEMA = `
syntax = "proto3";
enum DataType { DT_INVALID = 0; DT_FLOAT = 1; DT_DOUBLE = 2; DT_INT32 = 3; DT_UINT8 = 4; DT_STRING = 7; DT_INT64 = 9; DT_BOOL = 10; DT_HALF = 19; }
message TensorShape { message Dim { int64 size = 1; } repeated Dim dim = 2; bool unknown_rank = 3; }
message TensorProto {
  DataType dtype = 1; TensorShape tensor_shape = 2; bytes tensor_content = 4; repeated float float_val = 5; repeated int32 int_val = 7;
  repeated int64 int64_val = 10; repeated bool bool_val = 11;
}
message AttrValue {
  message ListValue { repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated DataType type = 6; repeated TensorShape shape = 7; }
  oneof value { ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; DataType type = 6; TensorShape shape = 7; TensorProto tensor = 8; }
}
message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
message VersionDef { int32 producer = 1; int32 min_consumer = 2; }
message GraphDef { repeated NodeDef node = 1; VersionDef versions = 4; }
message TensorInfo { string name = 1; DataType dtype = 2; TensorShape tensor_shape = 3; }
message SignatureDef { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; string method_name = 3; }
message MetaInfoDef { repeated string tags = 4; string tensorflow_version = 5; }
message MetaGraphDef { MetaInfoDef meta_info_def = 1; GraphDef graph_def = 2; map<string, SignatureDef> signature_def = 5; }
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraphDef meta_graphs = 2; }
`;

export interface TensorShape {
  dim?: { size: number }[];
}

export interface TensorProto {
  dtype: number;
  tensor_shape?: TensorShape;
  tensor_content?: Uint8Array;
  float_val?: number[];
  int_val?: number[];
}

export interface AttrValue {
  list?: { s?: Uint8Array[]; i?: number[]; f?: number[]; type?: number[] };
  s?: Uint8Array;
  i?: number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: TensorShape;
  tensor?: TensorProto;
}

export interface NodeDef {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, AttrValue>;
}

export interface GraphDef {
  node: NodeDef[];
  versions: { producer: number; min_consumer?: number };
}

/** TensorFlow's numbers of the element types that are used here. */
export const DT = { float32: 1, int32: 3 } as const;

type MessageName = 'GraphDef' | 'SavedModel';

const schema = (): protobuf.Root => protobuf.parse(SCHEMA, { keepCase: true }).root;

export function decodeGraphDef(bytes: Uint8Array): GraphDef {
  const type = schema().lookupType('GraphDef');
  const plain = type.toObject(type.decode(bytes), { longs: Number, arrays: false, objects: false }) as GraphDef;
  const node = plain.node.map(({ name, op, input = [], attr = {} }) => ({ name, op, input, attr }));
  return { ...plain, node };
}

export const encodeMessage = (name: MessageName, value: object): Uint8Array => {
  const type = schema().lookupType(name);
  return type.encode(type.fromObject(value)).finish();
};

/** The message as protobuf's JSON: enums by name, bytes in base64, 64-bit numbers as strings. */
export const messageToJson = (name: MessageName, value: object): object => {
  const type = schema().lookupType(name);
  return type.toObject(type.fromObject(value), { longs: String, enums: String, bytes: String });
};
