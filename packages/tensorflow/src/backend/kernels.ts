import {
  backend_util,
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type KernelConfig,
  registerKernel,
  scalar,
  type Tensor,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import type { TensorFlowBackend } from './backend.js';

/** The package's kernel reads every index back to check bounds: slow, and impossible while tracing. TensorFlow checks them itself on CPU. */
const gather: KernelConfig = {
  kernelName: GatherV2,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs as Record<keyof GatherV2Inputs, TensorInfo>;
    const { axis, batchDims } = attrs as unknown as GatherV2Attrs;
    const [at] = util.parseAxisParam(axis, x.shape);
    // Checks that the shapes fit each other, for its messages.
    backend_util.segment_util.collectGatherOpShapeInfo(x as Tensor, indices as Tensor, at!, batchDims);
    const axisTensor = scalar(at!, 'int32');
    try {
      return (backend as TensorFlowBackend).executeSingleOutput(
        'GatherV2',
        [attr.int('batch_dims', batchDims)],
        [x, indices, axisTensor],
      );
    } finally {
      axisTensor.dispose();
    }
  },
};

const OURS: readonly KernelConfig[] = [gather];

/** Replaces the kernels that read values back to JavaScript by ones that do not. */
export function registerOwnKernels(): void {
  for (const kernel of OURS) {
    unregisterKernel(kernel.kernelName, kernel.backendName);
    registerKernel(kernel);
  }
}
