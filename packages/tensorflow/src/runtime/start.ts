import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { TensorFlowBackend } from '../backend/backend.js';
import { Binding } from '../backend/binding.js';
import { registerOwnKernels } from '../backend/kernels.js';
import { optionsDiffer, secondTensorFlow } from '../errors.js';
import { ensureLibrary } from '../library/index.js';
import { loadApi } from '../native/api.js';
import { listDevices, newContext } from '../native/context.js';
import { Status } from '../native/status.js';
import { Engine } from './engine.js';
import { findRunning, type Running, type RuntimeInfo, setRunning } from './runtime.js';

export interface StartOptions {
  /** Threads within an op, and ops at a time. Default `auto`: one for each processor that this process may use. */
  readonly threads?: number | 'auto';
  /** What TensorFlow prints on stderr: 0 all, 1 warnings, 2 errors, 3 nothing but crashes. Default 2. */
  readonly logLevel?: number;
}

// Starts that happen at the same time share one.
let starting: Promise<Running> | undefined;

/**
 * Starts TensorFlow in this process: finds or installs the library, loads it, and makes it the backend of TensorFlow.js. Idempotent.
 *
 * @throws MOCHI_SECOND_TENSORFLOW when another TensorFlow runs in the process. MOCHI_TENSORFLOW_OPTIONS when it runs with other threads.
 * Codes of `ensureLibrary` when the library cannot be found or installed.
 */
export async function startTensorFlow(options: StartOptions = {}): Promise<RuntimeInfo> {
  const existing = findRunning() ?? (await (starting ??= start(options).finally(() => (starting = undefined))));
  checkOptions(options, existing.info);
  await tf.setBackend('tensorflow');
  return existing.info;
}

async function start({ threads = 'auto', logLevel = 2 }: StartOptions): Promise<Running> {
  if (tf.engine().registryFactory['tensorflow'] !== undefined)
    throw secondTensorFlow('another package, e.g. @tensorflow/tfjs-node', 'that of @mochi/tensorflow');
  const { dir, frameworkPath, ccPath } = await ensureLibrary();
  // Node passes these on to the C environment, where TensorFlow reads them when it is loaded: later is too late.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1'; // off by default on processors without AVX512-VNNI, though 2 to 3 times faster there too
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= String(logLevel);
  const api = loadApi(frameworkPath, ccPath);
  const status = new Status(api);
  const count = threads === 'auto' ? availableParallelism() : threads;
  const context = newContext(api, status, count);
  const devices = listDevices(api, status, context);
  status.dispose();
  const info: RuntimeInfo = {
    version: api.TF_Version(),
    devices,
    threads: count,
    oneDnn: api.oneDnnIsOn?.() ?? false,
    libraryDir: dir,
  };
  const engine = new Engine(api, context);
  const binding = new Binding(
    engine,
    info.version,
    devices.some((name) => name.includes('GPU')),
  );
  registerOwnKernels();
  const backend = new TensorFlowBackend(binding, engine);
  tf.registerBackend('tensorflow', () => backend, 3);
  const started: Running = { info, engine, binding, backend };
  setRunning(started);
  return started;
}

function checkOptions({ threads }: StartOptions, info: RuntimeInfo): void {
  if (typeof threads === 'number' && threads !== info.threads) throw optionsDiffer('threads', info.threads, threads);
  const wanted = process.env['MOCHI_LIBTENSORFLOW'];
  if (wanted && resolve(wanted) !== resolve(info.libraryDir)) throw secondTensorFlow(info.libraryDir, wanted);
}
