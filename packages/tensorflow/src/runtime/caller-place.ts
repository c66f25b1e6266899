/** Frames of TensorFlow.js and of this package, which the reader did not write. */
const INTERNAL =
  /node_modules[\\/]@tensorflow[\\/]|[\\/]@?(mochi[\\/])?tensorflow[\\/](src|dist|generated)[\\/](?!.*\.test\.)|node:internal|\(native\)|<anonymous>\)$/;

/** File, line and column of the innermost frame outside of TensorFlow.js and this package. */
export function callerPlace(): string | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60; // gradients and tidy nest deeply
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  const frame = stack
    .split('\n')
    .slice(1)
    .find((line) => !INTERNAL.test(line));
  return frame?.trim().replace(/^at (?:.*\((.*)\)|(.*))$/, '$1$2');
}
