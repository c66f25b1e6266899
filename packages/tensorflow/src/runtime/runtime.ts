import type { TensorFlowBackend } from '../backend/backend.js';
import type { Binding } from '../backend/binding.js';
import { notStarted } from '../errors.js';
import type { Threads } from '../native/context.js';
import type { Precisions } from '../precision/available.js';
import type { Engine } from './engine.js';

/** What runs, for logs and reports. */
export interface RuntimeInfo {
  /** Of TensorFlow. */
  readonly version: string;
  /** e.g. `/job:localhost/replica:0/task:0/device:CPU:0`. */
  readonly devices: string[];
  /** Where ops run that are not held on the processor. */
  readonly device: 'cpu' | 'gpu';
  /** Its name among `devices`. */
  readonly deviceName: string;
  readonly threads: Threads;
  /** Intel's kernels for convolutions and products, 2 to 3 times faster on CPU. */
  readonly oneDnn: boolean;
  /** Why a precision is not there; null where it is. */
  readonly precisions: Precisions;
  readonly libraryDir: string;
}

/** Everything of the one TensorFlow of the process. */
export interface Running {
  /** Of the copy of this package that started it. */
  readonly folder: string;
  readonly info: RuntimeInfo;
  readonly engine: Engine;
  readonly binding: Binding;
  readonly backend: TensorFlowBackend;
}

// One TensorFlow for a process, and a second copy of this package must see that there is one: hence on globalThis.
const KEY = Symbol.for('mochi.tensorflow');
const holder = globalThis as { [KEY]?: Running };

export const findRunning = (): Running | undefined => holder[KEY];

export const setRunning = (running: Running): void => {
  holder[KEY] = running;
};

/** @throws MOCHI_TENSORFLOW_NOT_STARTED. */
export function running(): Running {
  const found = holder[KEY];
  if (found === undefined) throw notStarted();
  return found;
}

/** Version, devices and settings of the running TensorFlow. @throws MOCHI_TENSORFLOW_NOT_STARTED. */
export const runtimeInfo = (): RuntimeInfo => running().info;

/**
 * What is alive, for leak checks: `handles` native tensors (captured ones of compiled functions too), `tensors` of TensorFlow.js, `functions`
 * that are registered with TensorFlow.
 */
export function liveHandles(): { handles: number; tensors: number; functions: number } {
  const { engine, backend } = running();
  return { handles: engine.eagerHandles, tensors: backend.numDataIds(), functions: engine.functions };
}

/** True while a function is being traced: tensors have no values then. */
export const isTracing = (): boolean => {
  const found = holder[KEY];
  return found !== undefined && found.binding.trace !== null;
};
