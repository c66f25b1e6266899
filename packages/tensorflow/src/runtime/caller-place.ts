import { fileURLToPath } from 'node:url';

/** The folder of this package, whether its sources or its build run. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));
const OTHERS = /node_modules[\\/]@tensorflow[\\/]|node:internal|\(native\)|<anonymous>\)?$/;

/** Frames of TensorFlow.js and of this package, which the reader did not write. */
const isInternal = (frame: string): boolean => OTHERS.test(frame) || (frame.includes(OWN) && !/\.test\.[jt]s/.test(frame));

/** File, line and column of the innermost frame outside of TensorFlow.js and this package. */
export function callerPlace(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60; // gradients and tidy nest deeply
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  const frame = stack
    .split('\n')
    .slice(1)
    .find((line) => !isInternal(line));
  return frame?.trim().replace(/^at (?:.*\((.*)\)|(.*))$/, '$1$2');
}
