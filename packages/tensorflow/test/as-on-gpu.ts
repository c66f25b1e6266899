import { runtimeInfo } from '../src/index.js';

/** `fn` with the choices that this package makes beside a GPU; TensorFlow stays where it is, and has those kernels on a processor too. */
export function asOnGpu<R>(fn: () => R): R {
  const info = runtimeInfo() as { device: string };
  const { device } = info;
  info.device = 'gpu';
  try {
    return fn();
  } finally {
    info.device = device;
  }
}
