import koffi from 'koffi';
import { badAttribute } from '../errors.js';
import type { NativeApi, Pointer } from './api.js';
import { DTYPES, type NativeDtype } from './dtypes.js';
import { bytesField } from './protobuf.js';
import type { Status } from './status.js';
import { newTensor, toLongs, type Values } from './tensors.js';

/** Kinds of attributes. The first six are tfjs-node's numbers, for its kernels make attributes too. */
export const ATTR = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, resource: 8, func: 100, tensor: 101 } as const;

/** An attribute of an op. Made by `attr`. */
export interface Attr {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Sizes of the dimensions; -1 or null where unknown. A null shape has an unknown rank. */
export type PartialShape = readonly (number | null)[] | null;

/** Values of an attribute of kind tensor. */
export interface TensorValue {
  readonly dtype: NativeDtype;
  readonly shape: readonly number[];
  readonly values: Values;
}

const make = (name: string, type: number, value: unknown): Attr => ({ name, type, value });
const codes = (dtypes: readonly NativeDtype[]): number[] => dtypes.map((dtype) => DTYPES[dtype]);

/** Attributes of ops, one maker for each kind that TensorFlow has. */
export const attr = {
  int: (name: string, value: number | bigint): Attr => make(name, ATTR.int, value),
  float: (name: string, value: number): Attr => make(name, ATTR.float, value),
  bool: (name: string, value: boolean): Attr => make(name, ATTR.bool, value),
  string: (name: string, value: string | Uint8Array): Attr => make(name, ATTR.string, value),
  type: (name: string, dtype: NativeDtype): Attr => make(name, ATTR.type, DTYPES[dtype]),
  shape: (name: string, shape: PartialShape): Attr => make(name, ATTR.shape, shape),
  tensor: (name: string, value: TensorValue): Attr => make(name, ATTR.tensor, value),
  /** The name of a traced function: see `traceFunction`. */
  func: (name: string, functionName: string): Attr => make(name, ATTR.func, functionName),
  /** Names of traced functions, e.g. the branches of `Case`. */
  funcs: (name: string, functionNames: readonly string[]): Attr => make(name, ATTR.func, functionNames),
  ints: (name: string, values: readonly (number | bigint)[]): Attr => make(name, ATTR.int, values),
  floats: (name: string, values: readonly number[]): Attr => make(name, ATTR.float, values),
  bools: (name: string, values: readonly boolean[]): Attr => make(name, ATTR.bool, values),
  strings: (name: string, values: readonly (string | Uint8Array)[]): Attr => make(name, ATTR.string, values),
  types: (name: string, dtypes: readonly NativeDtype[]): Attr => make(name, ATTR.type, codes(dtypes)),
  shapes: (name: string, shapes: readonly PartialShape[]): Attr => make(name, ATTR.shape, { shapes }),
} as const;

const dimsOf = (shape: PartialShape): number[] => (shape ?? []).map((size) => size ?? -1);
const rankOf = (shape: PartialShape): number => (shape === null ? -1 : shape.length);
const longs = (values: readonly (number | bigint)[]): BigInt64Array =>
  values.length === 0 ? new BigInt64Array(1) : BigInt64Array.from(values, BigInt);
// An empty typed array has no memory: koffi would pass null, which TensorFlow takes amiss.
const atLeastOne = <T extends ArrayBufferView>(array: T, empty: T): T => (array.byteLength === 0 ? empty : array);

/** Sets attributes on an op to be run (TFE) or on a node to be added to a graph (TF): the same calls under two names. */
export class AttributeWriter {
  /** Short strings that recur, such as SAME and NHWC. */
  private readonly strings = new Map<string, Buffer>();

  constructor(
    private readonly api: NativeApi,
    private readonly status: Status,
    private readonly context: Pointer,
    private readonly eager: boolean,
  ) {}

  set(opName: string, op: Pointer, { name, type, value }: Attr): void {
    if (type === ATTR.shape) this.setShape(opName, op, name, value);
    else if (type === ATTR.tensor) this.setTensor(opName, op, name, value as TensorValue);
    else if (isList(value)) this.setList(opName, op, name, type, value);
    else this.setOne(opName, op, name, type, value);
  }

  private setOne(opName: string, op: Pointer, name: string, type: number, value: unknown): void {
    const { api, eager } = this;
    switch (type) {
      case ATTR.type:
        return (eager ? api.TFE_OpSetAttrType : api.TF_SetAttrType)(op, name, value as number);
      case ATTR.int:
        return (eager ? api.TFE_OpSetAttrInt : api.TF_SetAttrInt)(op, name, value as number);
      case ATTR.bool:
        return (eager ? api.TFE_OpSetAttrBool : api.TF_SetAttrBool)(op, name, value ? 1 : 0);
      case ATTR.float:
        return (eager ? api.TFE_OpSetAttrFloat : api.TF_SetAttrFloat)(op, name, value as number);
      case ATTR.string:
        return this.setString(op, name, value as string | Uint8Array);
      case ATTR.func: {
        const fn = value as string;
        return (eager ? api.TFE_OpSetAttrFunctionName : api.TF_SetAttrFuncName)(op, name, fn, Buffer.byteLength(fn));
      }
      default:
        throw badAttribute(opName, name, `of the unknown kind ${type}`);
    }
  }

  private setList(opName: string, op: Pointer, name: string, type: number, value: ArrayLike<unknown>): void {
    const { api, eager } = this;
    const { length } = value;
    switch (type) {
      case ATTR.type: {
        const types = atLeastOne(Int32Array.from(value as number[]), new Int32Array(1));
        return (eager ? api.TFE_OpSetAttrTypeList : api.TF_SetAttrTypeList)(op, name, types, length);
      }
      case ATTR.int:
        return (eager ? api.TFE_OpSetAttrIntList : api.TF_SetAttrIntList)(op, name, longs(value as number[]), length);
      case ATTR.bool: {
        const flags = atLeastOne(Uint8Array.from(value as boolean[], Number), new Uint8Array(1));
        return (eager ? api.TFE_OpSetAttrBoolList : api.TF_SetAttrBoolList)(op, name, flags, length);
      }
      case ATTR.float: {
        const floats = atLeastOne(Float32Array.from(value as number[]), new Float32Array(1));
        return (eager ? api.TFE_OpSetAttrFloatList : api.TF_SetAttrFloatList)(op, name, floats, length);
      }
      case ATTR.string:
        // Bytes are one string, not a list.
        if (ArrayBuffer.isView(value)) return this.setString(op, name, value as unknown as Uint8Array);
        return this.setStrings(op, name, value as readonly (string | Uint8Array)[]);
      case ATTR.func:
        return this.setFunctions(opName, op, name, value as readonly string[]);
      default:
        throw badAttribute(opName, name, `a list of the unknown kind ${type}`);
    }
  }

  private setString(op: Pointer, name: string, value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? this.encoded(value) : value;
    (this.eager ? this.api.TFE_OpSetAttrString : this.api.TF_SetAttrString)(
      op,
      name,
      atLeastOne(bytes, Buffer.alloc(1)),
      bytes.byteLength,
    );
  }

  private encoded(value: string): Buffer {
    let bytes = this.strings.get(value);
    if (bytes === undefined) {
      bytes = Buffer.from(value);
      if (value.length <= 16 && this.strings.size < 256) this.strings.set(value, bytes);
    }
    return bytes;
  }

  private setStrings(op: Pointer, name: string, values: readonly (string | Uint8Array)[]): void {
    const bytes = values.map((value) => Buffer.concat([typeof value === 'string' ? Buffer.from(value) : value, Buffer.alloc(1)]));
    const addresses = BigUint64Array.from([...bytes.map((b) => koffi.address(b)), 0n]);
    const lengths = BigUint64Array.from([...bytes.map((b) => BigInt(b.byteLength - 1)), 0n]);
    (this.eager ? this.api.TFE_OpSetAttrStringList : this.api.TF_SetAttrStringList)(op, name, addresses, lengths, values.length);
  }

  private setShape(opName: string, op: Pointer, name: string, value: unknown): void {
    const { api, eager, status } = this;
    if (value !== null && !Array.isArray(value)) {
      this.setShapes(opName, op, name, (value as { shapes: readonly PartialShape[] }).shapes);
    } else if (eager) {
      api.TFE_OpSetAttrShape(op, name, toLongs(dimsOf(value)), rankOf(value), status.pointer);
      status.check(`${opName} (attribute ${name})`);
    } else {
      api.TF_SetAttrShape(op, name, toLongs(dimsOf(value)), rankOf(value));
    }
  }

  private setShapes(opName: string, op: Pointer, name: string, shapes: readonly PartialShape[]): void {
    const dims = shapes.map((shape) => toLongs(dimsOf(shape)));
    const addresses = BigUint64Array.from([...dims.map((d) => koffi.address(d)), 0n]);
    const ranks = Int32Array.from([...shapes.map(rankOf), 0]);
    if (!this.eager) return this.api.TF_SetAttrShapeList(op, name, addresses, ranks, shapes.length);
    this.api.TFE_OpSetAttrShapeList(op, name, addresses, ranks, shapes.length, this.status.pointer);
    this.status.check(`${opName} (attribute ${name})`);
  }

  private setFunctions(opName: string, op: Pointer, name: string, functions: readonly string[]): void {
    const { api, status } = this;
    if (this.eager) {
      const ops = functions.map((fn) => api.TFE_NewOp(this.context, fn, status.pointer));
      api.TFE_OpSetAttrFunctionList(op, name, BigUint64Array.from([...ops, 0n]), ops.length);
      for (const each of ops) api.TFE_DeleteOp(each);
    } else {
      // message AttrValue { 1: ListValue { 9: repeated NameAttrList { 1: name } } }
      const list = functions.flatMap((fn) => bytesField(9, bytesField(1, [...Buffer.from(fn)])));
      const proto = Uint8Array.from(bytesField(1, list));
      api.TF_SetAttrValueProto(op, name, proto, proto.byteLength, status.pointer);
    }
    status.check(`${opName} (attribute ${name})`);
  }

  private setTensor(opName: string, op: Pointer, name: string, { dtype, shape, values }: TensorValue): void {
    const tensor = newTensor(this.api, shape, DTYPES[dtype], values);
    (this.eager ? this.api.TFE_OpSetAttrTensor : this.api.TF_SetAttrTensor)(op, name, tensor, this.status.pointer);
    this.api.TF_DeleteTensor(tensor);
    this.status.check(`${opName} (attribute ${name})`);
  }
}

const isList = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || ArrayBuffer.isView(value);
