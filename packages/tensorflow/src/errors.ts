import { MochiError } from '@mochi/contract';

const CODE_NAMES = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
]; // prettier-ignore

/** What TensorFlow itself refused. `tensorFlowCode` is its own name of the error, e.g. `OUT_OF_RANGE` at the end of an iterator. */
export class TensorFlowError extends MochiError {
  readonly tensorFlowCode: string;
  constructor(
    readonly op: string,
    code: number,
    readonly tensorFlowMessage: string,
  ) {
    const name = CODE_NAMES[code] ?? `code ${code}`;
    super('MOCHI_TENSORFLOW', {
      happened: `TensorFlow refused ${op}: ${name}: ${tensorFlowMessage}`,
      expected: 'inputs and attributes that the op accepts',
      fix: 'Compare shapes and dtypes with the definition of the op in the TensorFlow documentation.',
    });
    this.tensorFlowCode = name;
  }

  /** What TensorFlow said, without the names of nodes and functions: for people who have no graph before them. */
  get reason(): string {
    return this.tensorFlowMessage
      .replace(/\{\{[^}]*\}\}/g, '')
      .replace(/\[Op:[^\]]*\]/g, '')
      .replace(/\[\[[^\]]*\]\]/g, '')
      .replace(/ : Tensor had NaN values/g, '') // how the refusal of an image fails, see decodePixels
      .replace(/\s+/g, ' ')
      .trim();
  }
}

export const notStarted = () =>
  new MochiError('MOCHI_TENSORFLOW_NOT_STARTED', {
    happened: 'TensorFlow was used before it was started.',
    expected: '`await startTensorFlow()` once, before the first tensor',
    fix: 'Call `await startTensorFlow()` at the top of the program.',
  });

export const libraryNotLoaded = (path: string, reason: string) =>
  new MochiError('MOCHI_LIBRARY_NOT_LOADED', {
    happened: `${path} could not be loaded: ${reason}.`,
    expected: 'a TensorFlow for this system and processor',
    fix: 'Remove that folder to have TensorFlow installed anew, or let MOCHI_LIBTENSORFLOW name another one.',
  });

export const badThreads = (threads: unknown) =>
  new MochiError('MOCHI_TENSORFLOW_OPTIONS', {
    happened: `TensorFlow was started with threads = ${String(threads)}.`,
    expected: "a whole number from 1, { within, between } of such numbers, or 'auto'",
    fix: 'Correct the number, or leave it out: the default is one for each processor.',
  });

export const secondTensorFlow = (running: string, wanted: string) =>
  new MochiError('MOCHI_SECOND_TENSORFLOW', {
    happened: `TensorFlow runs in this process from ${running}, and another one was asked for: ${wanted}.`,
    expected: 'one TensorFlow in a process: two would share symbols and crash',
    fix: 'Use one copy of @mochi/tensorflow, do not load @tensorflow/tfjs-node beside it, and set MOCHI_LIBTENSORFLOW before the start.',
  });

export const twoCopies = (name: string, folders: readonly string[]) =>
  new MochiError('MOCHI_TWO_COPIES', {
    happened: `Two copies of ${name} are loaded in this process: ${folders.join(' and ')}.`,
    expected: 'one copy, which every package of the program shares',
    fix: `See who brings which: npm ls ${name} (pnpm why ${name}). Ask for one version everywhere, then npm dedupe or pnpm dedupe; where a dependency insists on another, set overrides in package.json. A package of yours that is linked takes it as a peer dependency.`,
  });

export const optionsDiffer = (name: string, running: unknown, wanted: unknown) =>
  new MochiError('MOCHI_TENSORFLOW_OPTIONS', {
    happened: `TensorFlow runs with ${name} = ${String(running)}, and was started again with ${String(wanted)}.`,
    expected: 'the same options at every start: they cannot change while it runs',
    fix: 'Start TensorFlow once with the options that you want, before anything else starts it.',
  });

export const readWhileTracing = (op: string, place: string | undefined) =>
  new MochiError('MOCHI_READ_WHILE_TRACING', {
    happened: `The value of the output of ${op} was read while a function was being traced${place ? `, at ${place}` : ''}: it has none yet.`,
    expected: 'code that computes with tensors and never looks into them (no dataSync, arraySync, data, array, print)',
    fix: 'Compute the decision with tensor ops (tf.where, tf.minimum, masks), or return the tensor and read it outside.',
  });

export const drawWhileTracing = (op: string, place: string | undefined) =>
  new MochiError('MOCHI_DRAW_WHILE_TRACING', {
    happened: `tf.${op} was called while a function was being traced${place ? `, at ${place}` : ''}: it draws in JavaScript, once, and every run would see the same numbers.`,
    expected: 'random numbers of createRng, which are drawn anew in every run',
    fix: `In place of tf.${op}, draw from the stream that the plugin is given: rng.uniform([4, 8]) or rng.normal([4, 8]), and in a sampler rng.perSample(ids).uniform([8]), rng and ids being those of its context; an operation for recipes states draws: n and gets n numbers for each image. In a function of your own: createRng(seed, 'name', step).uniform([4, 8]) of @mochi/tensorflow, with the step as an argument.`,
  });

export const tracedValueEscaped = (op: string) =>
  new MochiError('MOCHI_TRACED_VALUE_ESCAPED', {
    happened: `${op} was given a tensor that is not alive: it is disposed, or it belongs to a function that has been traced.`,
    expected: 'tensors that were made outside of a traced function, or returned by it',
    fix: 'Return the tensor from the traced function instead of keeping it in a variable; do not use a tensor after dispose(), or one made in a tf.tidy that is over: it has to be returned from there, or given to tf.keep.',
  });

export const badTree = (path: string, found: string, where: string) =>
  new MochiError('MOCHI_BAD_TREE', {
    happened: `${where} has ${found} at \`${path || '(root)'}\`.`,
    expected:
      'tensors in plain objects and arrays; in arguments of compiled functions also numbers, strings, booleans, null and undefined',
    fix: 'Pass tensors (tf.tensor(values)), or take the value from the surrounding scope.',
  });

export const compiledDisposed = (name: string) =>
  new MochiError('MOCHI_COMPILED_DISPOSED', {
    happened: `The compiled function ${name} was called after dispose().`,
    expected: 'no call after dispose()',
    fix: 'Dispose it after its last call, or compile it again.',
  });

export const noGradient = (paths: readonly string[]) =>
  new MochiError('MOCHI_NO_GRADIENT', {
    happened: `The loss does not depend on ${paths.length} of the parameters: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', ...' : ''}.`,
    expected: 'a loss that is computed from every parameter by ops that have a gradient',
    fix: 'Leave unused parameters out; wrap raw ops (execute) into tf.customGrad; check for stopGradient on the way.',
  });

export const lossNotScalar = (shape: readonly number[]) =>
  new MochiError('MOCHI_LOSS_NOT_SCALAR', {
    happened: `The loss has shape [${shape.join(', ')}].`,
    expected: 'a scalar',
    fix: 'Reduce it, e.g. by tf.mean.',
  });

export const wrongInputs = (op: string, got: number, definition: string) =>
  new MochiError('MOCHI_WRONG_INPUTS', {
    happened: `The op ${op} was given ${got} inputs, which do not fit its definition: ${definition}.`,
    expected: 'inputs in the order of the definition, lists flattened in place',
    fix: 'Correct the inputs; where the op has several lists, give the attributes that state their lengths.',
  });

export const unknownOp = (op: string) =>
  new MochiError('MOCHI_UNKNOWN_OP', {
    happened: `There is no op or compiled function called ${op}.`,
    expected: 'the name of a TensorFlow op, e.g. MatMul, or of a traced function that is not disposed',
    fix: 'Correct the name: it is case-sensitive.',
  });

export const badAttribute = (op: string, name: string, found: string) =>
  new MochiError('MOCHI_BAD_ATTRIBUTE', {
    happened: `The attribute ${name} of ${op} is ${found}.`,
    expected: 'a value made by `attr`, e.g. attr.int(name, 1)',
    fix: 'Use the maker of `attr` that fits the definition of the op.',
  });

export const outOfInt32 = (value: bigint) =>
  new MochiError('MOCHI_OUT_OF_INT32', {
    happened: `An int64 tensor holds ${value}, which TensorFlow.js' int32 cannot.`,
    expected: 'values in the range of int32',
    fix: 'Read it with readInt64(tensor).',
  });

export const badValues = (dtype: string, shape: readonly number[], found: string) =>
  new MochiError('MOCHI_BAD_VALUES', {
    happened: `A tensor of dtype ${dtype} and shape [${shape.join(', ')}] cannot be made from ${found}.`,
    expected: 'as many values as the shape has, of a kind that the dtype holds',
    fix: 'Correct the shape, the dtype or the values.',
  });

export const profilerMissing = (path: string, cause: unknown) =>
  new MochiError('MOCHI_PROFILER_MISSING', {
    happened: `${path} lacks a function of the profiler: ${cause instanceof Error ? cause.message : String(cause)}.`,
    expected: 'TensorFlow 2.21, whose profiler records single ops',
    fix: 'Unset MOCHI_LIBTENSORFLOW to use the TensorFlow that is installed by itself, or profile without ops (--traced 0).',
  });

export const profilerBusy = () =>
  new MochiError('MOCHI_PROFILER_BUSY', {
    happened: 'The profiler of TensorFlow refused to record: it does so already.',
    expected: 'one recording at a time in a process',
    fix: 'Call stop() of the first recording before the next.',
  });

export const badDevice = (found: string) =>
  new MochiError('MOCHI_TENSORFLOW_OPTIONS', {
    happened: `TensorFlow was to run on the device "${found}".`,
    expected: 'auto, cpu, gpu, or gpu:N with the number of a card',
    fix: 'Correct runtime.device, or the variable MOCHI_DEVICE.',
  });

export const noGpu = (wanted: string, reason: string, dir: string) =>
  new MochiError('MOCHI_NO_GPU', {
    happened: `The device ${wanted} was asked for, and the TensorFlow in ${dir} sees none: ${reason}.`,
    expected: 'an NVIDIA GPU with its driver, and a build of TensorFlow for it',
    fix: 'Run `mochi doctor`, which says what is missing, and `mochi doctor --install gpu` for the build; or set runtime.device to cpu.',
  });
