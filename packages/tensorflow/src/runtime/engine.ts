import type { TensorMetadata } from '../../generated/tfjs-node-kernels.js';
import { tracedValueEscaped, unknownOp, wrongInputs } from '../errors.js';
import type { NativeApi, Pointer } from '../native/api.js';
import { ATTR, AttributeWriter, type Attr } from '../native/attributes.js';
import { DTYPES } from '../native/dtypes.js';
import { type Argument, argumentLengths, isList, type OpDefinition, OpDefinitions } from '../native/op-definitions.js';
import { Status } from '../native/status.js';
import { newStringViews, newTensor, type Values } from '../native/tensors.js';
import { Turns } from '../native/turns.js';
import { describeOp, statedLengths } from './op-inputs.js';

/** An output of a node of a graph that is being traced. */
export interface NodeOutput {
  readonly oper: Pointer;
  readonly index: number;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly op: string;
  readonly trace: object;
}

const CPU = '/job:localhost/replica:0/task:0/device:CPU:0';
/** Calls at a time on threads of the pool, which are 4 unless UV_THREADPOOL_SIZE says more; koffi refuses the 257th. */
const ASYNC_CALLS = 64;

/** Runs ops eagerly and keeps the handles of their outputs: small numbers stand for native pointers or, while tracing, for graph nodes. */
export class Engine {
  readonly status: Status;
  readonly definitions: OpDefinitions;
  readonly handles = new Map<number, Pointer | NodeOutput>();
  /** Eager handles that are alive, and functions that are registered. */
  eagerHandles = 0;
  functions = 0;
  /** Outputs of the functions that are registered, by name. */
  readonly functionOutputs = new Map<string, readonly { readonly dtype: number; readonly shape: readonly number[] }[]>();
  /** Functions that go with those that call them, by the caller's name. */
  readonly functionParts = new Map<string, readonly string[]>();
  /** True while ops are to run on the processor: see `onCpu`. */
  pinned = false;
  private nextId = 1;
  private readonly turns = new Turns(ASYNC_CALLS);
  private readonly attributes: AttributeWriter;
  private readonly outputPointers = Buffer.alloc(8 * 512);
  private readonly outputCount = new Int32Array(1);

  constructor(
    readonly api: NativeApi,
    readonly context: Pointer,
  ) {
    this.status = new Status(api);
    this.definitions = new OpDefinitions(api);
    this.attributes = new AttributeWriter(api, this.status, context, true);
  }

  newId(): number {
    return this.nextId++;
  }

  add(pointer: Pointer): number {
    const id = this.nextId++;
    this.handles.set(id, pointer);
    this.eagerHandles++;
    return id;
  }

  delete(id: number): void {
    const entry = this.handles.get(id);
    if (entry === undefined) return;
    this.handles.delete(id);
    if (typeof entry === 'bigint') {
      this.eagerHandles--;
      this.api.TFE_DeleteTensorHandle(entry);
    }
  }

  /** A second id for the same tensor, with a life of its own. */
  clone(id: number): number {
    const entry = this.handles.get(id);
    if (entry === undefined) throw tracedValueEscaped('A traced function');
    if (typeof entry !== 'bigint') {
      const copy = this.nextId++;
      this.handles.set(copy, entry);
      return copy;
    }
    const pointer = this.api.TFE_TensorHandleCopySharingTensor(entry, this.status.pointer);
    this.status.check('the sharing of a tensor');
    return this.add(pointer);
  }

  /** The native handle of an id. @throws MOCHI_TRACED_VALUE_ESCAPED for symbols of a trace and for what is disposed. */
  pointer(id: number, op: string): Pointer {
    const entry = this.handles.get(id);
    if (typeof entry !== 'bigint') throw tracedValueEscaped(op);
    return entry;
  }

  metadata(id: number): TensorMetadata {
    return this.describe(id, this.pointer(id, 'A description'));
  }

  createTensor(shape: readonly number[], dtype: number, values: Values): number {
    if (dtype === DTYPES.string) return this.createStrings(shape, values);
    const tensor = newTensor(this.api, shape, dtype, values);
    const handle = this.api.TFE_NewTensorHandle(tensor, this.status.pointer);
    this.api.TF_DeleteTensor(tensor);
    this.status.check('a new tensor');
    return this.add(handle);
  }

  private createStrings(shape: readonly number[], values: Values): number {
    const { tensor, store } = newStringViews(this.api, shape, values);
    const handle = this.api.TFE_NewTensorHandle(tensor, this.status.pointer);
    this.api.TF_DeleteTensor(tensor);
    this.status.check('a new string tensor');
    // StringJoin of one input copies into memory that TensorFlow frees; the views into `store` end here.
    const views = this.add(handle);
    try {
      return this.execute('StringJoin', [{ name: 'N', type: ATTR.int, value: 1 }], [views], 1)[0]!.id;
    } finally {
      this.delete(views);
      store.fill(0); // the one use that keeps `store` alive until the copy is made
    }
  }

  execute(name: string, attrs: readonly Attr[], ids: readonly number[], outputs: number): TensorMetadata[] {
    const op = this.prepare(name, attrs, ids);
    const { api, outputPointers, outputCount, status } = this;
    const buffer = outputs <= 512 ? outputPointers : Buffer.alloc(8 * outputs);
    outputCount[0] = outputs;
    api.TFE_Execute(op, buffer, outputCount, status.pointer);
    api.TFE_DeleteOp(op);
    if (api.TF_GetCode(status.pointer) !== 0) throw status.error(name);
    return this.adopt(buffer, outputs);
  }

  /** As `execute`, on a thread of the pool: the event loop goes on. */
  async executeAsync(name: string, attrs: readonly Attr[], ids: readonly number[], outputs: number): Promise<TensorMetadata[]> {
    const op = this.prepare(name, attrs, ids);
    const buffer = Buffer.alloc(Math.max(8, 8 * outputs));
    const count = Int32Array.from([outputs]);
    const status = new Status(this.api);
    try {
      await this.turns.take(
        () =>
          new Promise<void>((resolve, reject) =>
            this.api.executeAsync(op, buffer, count, status.pointer, (error) => (error ? reject(error as Error) : resolve())),
          ),
      );
      status.check(name);
      return this.adopt(buffer, outputs);
    } finally {
      this.api.TFE_DeleteOp(op);
      status.dispose();
    }
  }

  /** A copy on a device, named as in `listDevices`, made on a thread of the pool. */
  async copyTo(id: number, device: string): Promise<TensorMetadata> {
    const status = new Status(this.api);
    const from = this.clone(id); // what is being copied must not be freed meanwhile
    try {
      const copy = await this.turns.take(
        () =>
          new Promise<Pointer>((resolve, reject) =>
            this.api.copyAsync(this.pointer(from, 'A copy'), this.context, device, status.pointer, (error, pointer) =>
              error ? reject(error as Error) : resolve(pointer),
            ),
          ),
      );
      status.check(`a copy to ${device}`);
      return this.describe(this.add(copy), copy);
    } finally {
      this.delete(from);
      status.dispose();
    }
  }

  private adopt(buffer: Buffer, outputs: number): TensorMetadata[] {
    const result = new Array<TensorMetadata>(outputs);
    for (let i = 0; i < outputs; i++) {
      const pointer = buffer.readBigUInt64LE(i * 8);
      result[i] = this.describe(this.add(pointer), pointer);
    }
    return result;
  }

  private describe(id: number, pointer: Pointer): TensorMetadata {
    const { api } = this;
    const status = this.status.pointer;
    const rank = api.TFE_TensorHandleNumDims(pointer, status);
    const shape = new Array<number>(Math.max(rank, 0));
    for (let i = 0; i < rank; i++) shape[i] = Number(api.TFE_TensorHandleDim(pointer, i, status));
    return { id, shape, dtype: api.TFE_TensorHandleDataType(pointer) };
  }

  /** An op with inputs and attributes; the caller executes and deletes it. */
  private prepare(name: string, attrs: readonly Attr[], ids: readonly number[]): Pointer {
    const { api, status } = this;
    const op = api.TFE_NewOp(this.context, name, status.pointer);
    if (api.TF_GetCode(status.pointer) !== 0) throw unknownOp(name);
    if (this.pinned) api.TFE_OpSetDevice(op, CPU, status.pointer);
    try {
      const definition = this.definitions.find(name);
      if (definition?.hasListInput) this.addLists(definition, op, attrs, ids);
      else for (let i = 0; i < ids.length; i++) this.addInput(name, op, ids[i]!);
      // Dtypes come from the inputs: kernels state those that TensorFlow.js knows, and a tensor may be int64 or uint8.
      const inferred = definition?.inferred;
      for (let i = 0; i < attrs.length; i++) if (!inferred?.has(attrs[i]!.name)) this.attributes.set(name, op, attrs[i]!);
    } catch (error) {
      api.TFE_DeleteOp(op);
      throw error;
    }
    return op;
  }

  private addInput(name: string, op: Pointer, id: number): void {
    this.api.TFE_OpAddInput(op, this.pointer(id, name), this.status.pointer);
    if (this.api.TF_GetCode(this.status.pointer) !== 0) throw this.status.error(name);
  }

  private addLists(definition: OpDefinition, op: Pointer, attrs: readonly Attr[], ids: readonly number[]): void {
    const lengths = argumentLengths(definition.inputs, statedLengths(attrs), ids.length);
    if (lengths === undefined) throw wrongInputs(definition.name, ids.length, describeOp(definition));
    let at = 0;
    definition.inputs.forEach((argument, i) => {
      const pointers = ids.slice(at, (at += lengths[i]!)).map((id) => this.pointer(id, definition.name));
      this.inferAttributes(op, argument, pointers);
      if (!isList(argument)) this.api.TFE_OpAddInput(op, pointers[0]!, this.status.pointer);
      else this.api.TFE_OpAddInputList(op, BigUint64Array.from([...pointers, 0n]), pointers.length, this.status.pointer);
      this.status.check(definition.name);
    });
  }

  /** TensorFlow infers dtypes and lengths from inputs by itself, but for ops with lists it gets some wrong (DynamicStitch). */
  private inferAttributes(op: Pointer, { typeAttr, countAttr, typesAttr }: Argument, pointers: readonly Pointer[]): void {
    const { api } = this;
    if (countAttr !== undefined) api.TFE_OpSetAttrInt(op, countAttr, pointers.length);
    if (typeAttr !== undefined && pointers.length > 0)
      api.TFE_OpSetAttrType(op, typeAttr, api.TFE_TensorHandleDataType(pointers[0]!));
    if (typesAttr !== undefined) {
      const types = Int32Array.from([...pointers.map((pointer) => api.TFE_TensorHandleDataType(pointer)), 0]);
      api.TFE_OpSetAttrTypeList(op, typesAttr, types, pointers.length);
    }
  }
}
