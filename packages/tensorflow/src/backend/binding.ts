import type { backend_util } from '@tensorflow/tfjs-core';
import type { OpAttribute, TensorMetadata, TFJSBinding } from '../../generated/tfjs-node-kernels.js';
import { float32Product } from '../compile/float32-product.js';
import type { Trace } from '../compile/trace.js';
import { readWhileTracing } from '../errors.js';
import { ATTR } from '../native/attributes.js';
import { DTYPES } from '../native/dtypes.js';
import { readBytes, readStrings, toJsArray, type Values } from '../native/tensors.js';
import type { Engine } from '../runtime/engine.js';
import { callerPlace } from '../runtime/caller-place.js';

/** The native module that tfjs-node's kernels expect, over the C API: runs ops, or records them while a function is traced. */
export class Binding implements TFJSBinding {
  readonly TF_FLOAT = DTYPES.float32;
  readonly TF_INT32 = DTYPES.int32;
  readonly TF_INT64 = DTYPES.int64;
  readonly TF_BOOL = DTYPES.bool;
  readonly TF_COMPLEX64 = DTYPES.complex64;
  readonly TF_STRING = DTYPES.string;
  readonly TF_RESOURCE = DTYPES.resource;
  readonly TF_UINT8 = DTYPES.uint8;
  readonly TF_ATTR_STRING = ATTR.string;
  readonly TF_ATTR_INT = ATTR.int;
  readonly TF_ATTR_FLOAT = ATTR.float;
  readonly TF_ATTR_BOOL = ATTR.bool;
  readonly TF_ATTR_TYPE = ATTR.type;
  readonly TF_ATTR_SHAPE = ATTR.shape;
  readonly TF_ATTR_RESOURCE = ATTR.resource;
  /** The innermost function that is being traced. */
  trace: Trace | null = null;

  constructor(
    readonly engine: Engine,
    readonly TF_Version: string,
    private readonly usesGpu: boolean,
  ) {}

  createTensor(shape: readonly number[], dtype: number, values: Values): number {
    return this.trace === null ? this.engine.createTensor(shape, dtype, values) : this.trace.constant(shape, dtype, values);
  }

  deleteTensor(id: number): void {
    this.engine.delete(id);
  }

  executeOp(name: string, attrs: readonly OpAttribute[], ids: readonly number[], outputs: number): TensorMetadata[] {
    const { trace, engine } = this;
    if (trace === null) return engine.execute(name, attrs, ids, outputs);
    const kept =
      trace.precision !== 'float32' && !trace.lowersProducts && float32Product(name, attrs, () => this.dtypeOf(ids[0]!));
    return kept ? trace.op(...kept, ids, outputs) : trace.op(name, attrs, ids, outputs);
  }

  private dtypeOf(id: number): number | undefined {
    const entry = this.engine.handles.get(id);
    return typeof entry === 'bigint' ? this.engine.api.TFE_TensorHandleDataType(entry) : entry?.dtype;
  }

  tensorDataSync(id: number): backend_util.BackendValues {
    const entry = this.engine.handles.get(id);
    if (typeof entry === 'object' && this.trace !== null) throw readWhileTracing(entry.op, callerPlace());
    const pointer = this.engine.pointer(id, 'Reading a value');
    const { api, status } = this.engine;
    const dtype = api.TFE_TensorHandleDataType(pointer);
    if (dtype === DTYPES.string) return readStrings(api, status, pointer);
    return toJsArray(readBytes(api, status, pointer), dtype);
  }

  isUsingGpuDevice(): boolean {
    return this.usesGpu;
  }

  getNumOfTensors(): number {
    return this.engine.eagerHandles;
  }

  getNumOfSavedModels(): number {
    return 0; // SavedModels are not loaded through this backend
  }
}
