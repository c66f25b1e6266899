import koffi from 'koffi';
import { libraryNotLoaded } from '../errors.js';
import { loadCLibrary, quietly } from './c-library.js';

/** An address in native memory. 0n is never handed around: absent pointers are null. */
export type Pointer = bigint;

/** An output of a graph node, passed by value. */
export interface GraphOutput {
  readonly oper: Pointer;
  readonly index: number;
}

interface Types {
  void: void;
  ptr: Pointer;
  /** Any memory: an address, a typed array, or null. */
  mem: Pointer | ArrayBufferView | null;
  str: string;
  int: number;
  long: number | bigint;
  size: number;
  float: number;
  byte: number;
  longs: BigInt64Array | null;
  output: GraphOutput;
  outputs: readonly GraphOutput[] | null;
}

const C_TYPES = {
  void: 'void',
  ptr: 'void*',
  mem: 'void*',
  str: 'str',
  int: 'int',
  long: 'int64_t',
  size: 'size_t',
  float: 'float',
  byte: 'uchar',
  longs: 'int64_t*',
} as const;

/** The part of the TensorFlow C API that is used: name: [result, ...arguments]. */
const SIGNATURES = {
  TF_Version: ['str'],
  TF_NewStatus: ['ptr'],
  TF_DeleteStatus: ['void', 'ptr'],
  TF_GetCode: ['int', 'ptr'],
  TF_Message: ['str', 'ptr'],
  TF_NewBuffer: ['ptr'],
  TF_DeleteBuffer: ['void', 'ptr'],
  // tensors
  TF_AllocateTensor: ['ptr', 'int', 'longs', 'int', 'size'],
  TF_TensorData: ['ptr', 'ptr'],
  TF_TensorByteSize: ['size', 'ptr'],
  TF_DeleteTensor: ['void', 'ptr'],
  TF_StringInit: ['void', 'ptr'],
  TF_StringAssignView: ['void', 'ptr', 'ptr', 'size'],
  TF_StringGetDataPointer: ['ptr', 'ptr'],
  TF_StringGetSize: ['size', 'ptr'],
  // eager
  TFE_NewContextOptions: ['ptr'],
  TFE_ContextOptionsSetConfig: ['void', 'ptr', 'mem', 'size', 'ptr'],
  TFE_DeleteContextOptions: ['void', 'ptr'],
  TFE_NewContext: ['ptr', 'ptr', 'ptr'],
  TFE_ContextListDevices: ['ptr', 'ptr', 'ptr'],
  TF_DeviceListCount: ['int', 'ptr'],
  TF_DeviceListName: ['str', 'ptr', 'int', 'ptr'],
  TF_DeviceListType: ['str', 'ptr', 'int', 'ptr'],
  TF_DeleteDeviceList: ['void', 'ptr'],
  TFE_ContextAddFunction: ['void', 'ptr', 'ptr', 'ptr'],
  TFE_ContextRemoveFunction: ['void', 'ptr', 'str', 'ptr'],
  TFE_ContextHasFunction: ['byte', 'ptr', 'str'],
  TFE_NewTensorHandle: ['ptr', 'ptr', 'ptr'],
  TFE_TensorHandleCopySharingTensor: ['ptr', 'ptr', 'ptr'],
  TFE_TensorHandleResolve: ['ptr', 'ptr', 'ptr'],
  TFE_DeleteTensorHandle: ['void', 'ptr'],
  TFE_TensorHandleNumDims: ['int', 'ptr', 'ptr'],
  TFE_TensorHandleDim: ['long', 'ptr', 'int', 'ptr'],
  TFE_TensorHandleDataType: ['int', 'ptr'],
  TFE_TensorHandleDeviceName: ['str', 'ptr', 'ptr'],
  TFE_NewOp: ['ptr', 'ptr', 'str', 'ptr'],
  TFE_DeleteOp: ['void', 'ptr'],
  TFE_OpSetDevice: ['void', 'ptr', 'str', 'ptr'],
  TFE_OpAddInput: ['void', 'ptr', 'ptr', 'ptr'],
  TFE_OpAddInputList: ['void', 'ptr', 'mem', 'int', 'ptr'],
  TFE_OpSetAttrType: ['void', 'ptr', 'str', 'int'],
  TFE_OpSetAttrInt: ['void', 'ptr', 'str', 'long'],
  TFE_OpSetAttrFloat: ['void', 'ptr', 'str', 'float'],
  TFE_OpSetAttrBool: ['void', 'ptr', 'str', 'byte'],
  TFE_OpSetAttrString: ['void', 'ptr', 'str', 'mem', 'size'],
  TFE_OpSetAttrShape: ['void', 'ptr', 'str', 'longs', 'int', 'ptr'],
  TFE_OpSetAttrFunctionName: ['void', 'ptr', 'str', 'str', 'size'],
  TFE_OpSetAttrFunctionList: ['void', 'ptr', 'str', 'mem', 'int'],
  TFE_OpSetAttrTensor: ['void', 'ptr', 'str', 'ptr', 'ptr'],
  TFE_OpSetAttrTypeList: ['void', 'ptr', 'str', 'mem', 'int'],
  TFE_OpSetAttrIntList: ['void', 'ptr', 'str', 'longs', 'int'],
  TFE_OpSetAttrFloatList: ['void', 'ptr', 'str', 'mem', 'int'],
  TFE_OpSetAttrBoolList: ['void', 'ptr', 'str', 'mem', 'int'],
  TFE_OpSetAttrStringList: ['void', 'ptr', 'str', 'mem', 'mem', 'int'],
  TFE_OpSetAttrShapeList: ['void', 'ptr', 'str', 'mem', 'mem', 'int', 'ptr'],
  TFE_Execute: ['void', 'ptr', 'mem', 'mem', 'ptr'],
  // graphs
  TF_NewGraph: ['ptr'],
  TF_DeleteGraph: ['void', 'ptr'],
  TF_GraphToGraphDef: ['void', 'ptr', 'ptr', 'ptr'],
  TF_OperationName: ['str', 'ptr'],
  TF_GraphGetOpDef: ['void', 'ptr', 'str', 'ptr', 'ptr'],
  TF_NewOperation: ['ptr', 'ptr', 'str', 'str'],
  TF_FinishOperation: ['ptr', 'ptr', 'ptr'],
  TF_AddInput: ['void', 'ptr', 'output'],
  TF_AddInputList: ['void', 'ptr', 'outputs', 'int'],
  TF_AddControlInput: ['void', 'ptr', 'ptr'],
  TF_SetDevice: ['void', 'ptr', 'str'],
  TF_SetAttrType: ['void', 'ptr', 'str', 'int'],
  TF_SetAttrInt: ['void', 'ptr', 'str', 'long'],
  TF_SetAttrFloat: ['void', 'ptr', 'str', 'float'],
  TF_SetAttrBool: ['void', 'ptr', 'str', 'byte'],
  TF_SetAttrString: ['void', 'ptr', 'str', 'mem', 'size'],
  TF_SetAttrShape: ['void', 'ptr', 'str', 'longs', 'int'],
  TF_SetAttrFuncName: ['void', 'ptr', 'str', 'str', 'size'],
  TF_SetAttrValueProto: ['void', 'ptr', 'str', 'mem', 'size', 'ptr'],
  TF_SetAttrTensor: ['void', 'ptr', 'str', 'ptr', 'ptr'],
  TF_SetAttrTypeList: ['void', 'ptr', 'str', 'mem', 'int'],
  TF_SetAttrIntList: ['void', 'ptr', 'str', 'longs', 'int'],
  TF_SetAttrFloatList: ['void', 'ptr', 'str', 'mem', 'int'],
  TF_SetAttrBoolList: ['void', 'ptr', 'str', 'mem', 'int'],
  TF_SetAttrStringList: ['void', 'ptr', 'str', 'mem', 'mem', 'int'],
  TF_SetAttrShapeList: ['void', 'ptr', 'str', 'mem', 'mem', 'int'],
  TF_OperationNumOutputs: ['int', 'ptr'],
  TF_OperationOutputType: ['int', 'output'],
  TF_GraphGetTensorNumDims: ['int', 'ptr', 'output', 'ptr'],
  TF_GraphGetTensorShape: ['void', 'ptr', 'output', 'longs', 'int', 'ptr'],
  TF_GraphToFunctionWithControlOutputs: [
    'ptr',
    'ptr',
    'str',
    'byte',
    'int',
    'mem',
    'int',
    'outputs',
    'int',
    'outputs',
    'mem',
    'int',
    'mem',
    'mem',
    'mem',
    'mem',
    'ptr',
  ],
  TF_DeleteFunction: ['void', 'ptr'],
} as const satisfies Record<string, readonly [keyof Types, ...(keyof Types)[]]>;

type Signatures = typeof SIGNATURES;
type Arguments<S extends readonly (keyof Types)[]> = { [I in keyof S]: Types[S[I]] };
type Signature<S> = S extends readonly [infer R extends keyof Types, ...infer A extends (keyof Types)[]]
  ? (...args: Arguments<A>) => Types[R]
  : never;

/** The C API as typed functions. `async` runs on a thread of the pool, so that the event loop goes on. */
export type NativeApi = { readonly [N in keyof Signatures]: Signature<Signatures[N]> } & {
  readonly executeAsync: (
    op: Pointer,
    outputs: ArrayBufferView,
    count: ArrayBufferView,
    status: Pointer,
    done: (error: unknown) => void,
  ) => void;
  /** Copies a handle's tensor to a device, on a thread of the pool. */
  readonly copyAsync: (
    handle: Pointer,
    context: Pointer,
    device: string,
    status: Pointer,
    done: (error: unknown, copy: Pointer) => void,
  ) => void;
  readonly oneDnnIsOn: (() => boolean) | null;
  /** Whether the library was built for NVIDIA's GPUs. */
  readonly builtWithCuda: (() => boolean) | null;
};

const RTLD_NOW = 2;
const RTLD_GLOBAL = 0x100;
const RTLD_NODELETE = 0x1000;

/** Loads both libraries for good and declares the functions. @throws MOCHI_LIBRARY_NOT_LOADED. */
export function loadApi(frameworkPath: string, ccPath: string, { quiet = true } = {}): NativeApi {
  const libc = loadCLibrary();
  const load = () => {
    pin(libc, frameworkPath, RTLD_GLOBAL);
    pin(libc, ccPath, 0);
  };
  if (quiet) quietly(libc, load);
  else load();
  const library = koffi.load(ccPath);
  const output = koffi.struct({ oper: 'void*', index: 'int' });
  const outputs = koffi.pointer(output);
  const typeOf = (name: keyof Types) => (name === 'output' ? output : name === 'outputs' ? outputs : C_TYPES[name]);
  const api: Record<string, unknown> = {};
  for (const [name, [result, ...args]] of Object.entries(SIGNATURES))
    api[name] = library.func(name, typeOf(result), args.map(typeOf));
  api['executeAsync'] = library.func('TFE_Execute', 'void', ['void*', 'void*', 'void*', 'void*']).async;
  api['copyAsync'] = library.func('TFE_TensorHandleCopyToDevice', 'void*', ['void*', 'void*', 'str', 'void*']).async;
  const framework = koffi.load(frameworkPath, { global: true });
  api['oneDnnIsOn'] = probe(framework, '_ZN10tensorflow12IsMKLEnabledEv');
  api['builtWithCuda'] = probe(framework, '_ZN10tensorflow19IsGoogleCudaEnabledEv');
  return api as NativeApi;
}

/** Node unloads libraries when it ends, and TensorFlow's destructors then run in memory that is gone: a crash after the last line of the program. */
function pin(libc: ReturnType<typeof loadCLibrary>, path: string, flags: number): void {
  if (libc.dlopen(path, RTLD_NOW | RTLD_NODELETE | flags) === null)
    throw libraryNotLoaded(path, libc.dlerror() ?? 'unknown reason');
}

function probe(framework: ReturnType<typeof koffi.load>, symbol: string): (() => boolean) | null {
  try {
    return framework.func(symbol, 'bool', []) as () => boolean;
  } catch {
    return null; // a library without the symbol: nothing to ask
  }
}
