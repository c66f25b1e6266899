import {
  type DataId,
  type DataType,
  engine as tfEngine,
  type backend_util,
  type Tensor,
  type TensorInfo,
  Variable,
} from '@tensorflow/tfjs-core';
import { NodeJSKernelBackend, type TensorData, type TensorMetadata } from '../../generated/tfjs-node-kernels.js';
import type { Trace } from '../compile/trace.js';
import { drawWhileTracing, tracedValueEscaped } from '../errors.js';
import { DTYPES, dtypeBytes, jsDtype } from '../native/dtypes.js';
import { sizeOf, type Values } from '../native/tensors.js';
import type { Engine } from '../runtime/engine.js';
import { callerPlace } from '../runtime/caller-place.js';
import type { Binding } from './binding.js';

/** What the kernels' Int64Scalar looks like. */
interface Int64Scalar {
  readonly dtype: 'int64';
  readonly valueArray: Int32Array;
}

interface Data extends TensorData {
  /** The trace in which host values were written, if any. */
  owner?: Trace | null;
}

/** Host values up to this size become constants of a traced function; bigger ones are captured and shared between functions. */
const CONSTANT_BYTES = 65_536;

// Names under which tfjs-core's ops that draw on the host stand in a stack.
const DRAWS = /\b(randomUniformInt|randomUniform|randomNormal|randomStandardNormal|truncatedNormal|randomGamma|rand)_+(?:op)?\b/;

/** TensorFlow as a backend of TensorFlow.js. Its kernels are tfjs-node's; where values live and how they reach TensorFlow is said here. */
export class TensorFlowBackend extends NodeJSKernelBackend {
  /** Frees what was garbage-collected without dispose(): a safety net, nothing to rely on. */
  private readonly collected = new FinalizationRegistry<number>((id) => this.native.delete(id));

  constructor(
    private readonly link: Binding,
    private readonly native: Engine,
  ) {
    super(link as never, '@mochi/tensorflow');
  }

  override createOutputTensor({ id, shape, dtype }: TensorMetadata): Tensor {
    const dataId = {};
    this.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
    this.collected.register(dataId, id);
    return tfEngine().makeTensorFromTensorInfo({ dataId, shape, dtype: jsDtype(dtype) });
  }

  override getInputTensorIds(tensors: readonly (TensorInfo | Int64Scalar)[]): number[] {
    const ids = new Array<number>(tensors.length);
    for (let i = 0; i < tensors.length; i++) {
      const tensor = tensors[i]!;
      ids[i] = tensor.dtype === 'int64' ? this.link.createTensor([], DTYPES.int64, tensor.valueArray) : this.idOf(tensor);
    }
    return ids;
  }

  /** The id of a tensor's handle or symbol. Values that are still on the host are handed to TensorFlow first. */
  idOf(tensor: TensorInfo): number {
    const data = this.dataOf(tensor);
    const { trace } = this.link;
    if (data.values === null) {
      if (trace !== null && tensor instanceof Variable) trace.capture(data.id).variable = tensor;
      return data.id;
    }
    if (trace === null) return this.materialise(tensor.dataId, data);
    const inside = data.owner === trace;
    if (!inside && (tensor instanceof Variable || bytesOf(data) > CONSTANT_BYTES)) {
      const id = this.materialise(tensor.dataId, data);
      if (tensor instanceof Variable) trace.capture(id).variable = tensor;
      return id;
    }
    return trace.constantOf(data, data.values as Values);
  }

  dataOf(tensor: TensorInfo): Data {
    if (!this.tensorMap.has(tensor.dataId)) throw tracedValueEscaped('An op');
    return this.tensorMap.get(tensor.dataId);
  }

  private materialise(dataId: DataId, data: Data): number {
    data.id = this.native.createTensor(data.shape, data.dtype, data.values as Values);
    data.values = null;
    this.collected.register(dataId, data.id);
    return data.id;
  }

  override move(dataId: DataId, values: backend_util.BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    const { trace } = this.link;
    if (trace !== null) refuseDraws();
    super.move(dataId, values, shape, dtype, refCount);
    if (trace !== null) (this.tensorMap.get(dataId) as Data).owner = trace;
  }
}

function bytesOf({ shape, dtype }: TensorData): number {
  return sizeOf(shape) * (dtypeBytes(dtype) ?? 64);
}

/** Draws in JavaScript would be frozen into the traced function. */
function refuseDraws(): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  const found = DRAWS.exec(new Error().stack ?? '');
  Error.stackTraceLimit = limit;
  if (found) throw drawWhileTracing(found[1]!, callerPlace());
}
