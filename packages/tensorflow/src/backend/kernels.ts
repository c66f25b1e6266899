import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropFilterInputs,
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  getKernel,
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
import { stridedPixels } from '../ops/strided-pixels.js';
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

/**
 * Of strided 1 x 1 kernels, oneDNN's gradient writes past its buffer where there are fewer than 16 channels and many pixels (8 channels, 48 x 48):
 * the pixels that count are taken out first, and the kernel is one without strides.
 */
function filterGradient(): KernelConfig {
  const theirs = getKernel(Conv2DBackpropFilter, 'tensorflow').kernelFunc;
  return {
    kernelName: Conv2DBackpropFilter,
    backendName: 'tensorflow',
    kernelFunc: (given) => {
      const { x, dy } = given.inputs as Record<keyof Conv2DBackpropFilterInputs, TensorInfo>;
      const attrs = given.attrs as unknown as Conv2DBackpropFilterAttrs;
      const [height, width] = attrs.filterShape;
      const [down, across] = [attrs.strides].flat() as [number, number?];
      const isPadded = typeof attrs.pad === 'object' || Number(attrs.pad) > 0; // not by words: neither pads a kernel of one pixel
      if (height > 1 || width > 1 || isPadded || Math.max(down, across ?? down) === 1) return theirs(given);
      const own = given.backend as TensorFlowBackend;
      const seen = own.executeSingleOutput('AvgPool', stridedPixels(down, across), [x]);
      try {
        return theirs({ ...given, inputs: { x: seen, dy }, attrs: { ...given.attrs, strides: 1 } });
      } finally {
        seen.dispose();
      }
    },
  };
}

/** Replaces the kernels that read values back to JavaScript, are wrong, or crash, and the gradient that costs most memory. */
export function registerOwnKernels(): void {
  for (const kernel of [gather, round, filterGradient()]) {
    unregisterKernel(kernel.kernelName, kernel.backendName);
    registerKernel(kernel);
  }
  registerReluGradient();
}
