import {
  backend_util,
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type KernelConfig,
  registerKernel,
  Round,
  type RoundInputs,
  scalar,
  type Tensor,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import type { TensorFlowBackend } from './backend.js';
import { registerReluGradient } from './relu-gradient.js';

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

/** TensorFlow 2.21 on CPU rounds int32 to 0 (its Python interface never asks it to): whole numbers stay as they are. */
const round: KernelConfig = {
  kernelName: Round,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, backend }) => {
    const { x } = inputs as Record<keyof RoundInputs, TensorInfo>;
    const own = backend as TensorFlowBackend;
    return own.executeSingleOutput(x.dtype === 'int32' ? 'Identity' : 'Round', [], [x]);
  },
};

const OURS: readonly KernelConfig[] = [gather, round];

/** Replaces the kernels that read values back to JavaScript, or are wrong, and the gradient that costs most memory. */
export function registerOwnKernels(): void {
  for (const kernel of OURS) {
    unregisterKernel(kernel.kernelName, kernel.backendName);
    registerKernel(kernel);
  }
  registerReluGradient();
}
