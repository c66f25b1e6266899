import { cast, engine, mul, registerGradient, Relu, step, type Tensor, unregisterGradient } from '@tensorflow/tfjs-core';
import { withGradient } from '../ops/with-gradient.js';
import { execute } from '../runtime/execute.js';

/**
 * TensorFlow.js' gradient of relu keeps what went in and multiplies by a step function of it. This one keeps what came out, which the next
 * layer keeps anyway, and is one op: a step of a ResNet then holds half the memory.
 */
export function registerReluGradient(): void {
  unregisterGradient(Relu);
  registerGradient({
    kernelName: Relu,
    outputsToSave: [true],
    gradFunc: (dy, saved) => ({ x: () => reluGradient(dy as Tensor, saved[0]!) }),
  });
}

/** dy where the output y is above 0. Linear in dy, so its own gradient is the same again. */
function reluGradient(dy: Tensor, y: Tensor): Tensor {
  const features = y.dtype === dy.dtype ? y : cast(y, dy.dtype);
  if (engine().backendName !== 'tensorflow') return mul(dy, step(features)); // another backend of TensorFlow.js in this process
  const [value] = execute('ReluGrad', [], [dy, features]);
  return withGradient(value!, [dy], [features], (ddy, [kept]) => [reluGradient(ddy, kept!)]);
}
