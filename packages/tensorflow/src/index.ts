export * from './library/index.js';
export { startTensorFlow, type StartOptions } from './runtime/start.js';
export { isTracing, liveHandles, runtimeInfo, type RuntimeInfo } from './runtime/runtime.js';
export { execute, nativeDtype, nativeTensor, readInt64 } from './runtime/execute.js';
export { attr, type Attr, type PartialShape, type TensorValue } from './native/attributes.js';
export type { NativeDtype } from './native/dtypes.js';
export type { Values } from './native/tensors.js';
export { compile, type Compiled, type CompileOptions } from './compile/compile.js';
export { traceFunction, type TensorSpec, type TracedFunction } from './compile/trace-function.js';
export { disposeTree, flattenTree, mapTree, treeEntries, type Tree, type TreeLeaf } from './trees/tree.js';
export { stopGradient, valueAndGrads } from './trees/gradients.js';
export { TensorFlowError } from './errors.js';

export * from './random/index.js';
export * from './safetensors/index.js';
export * from './ops/index.js';
export * from './ops/index.js';
export * from './random/index.js';
