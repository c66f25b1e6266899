import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Binding } from '../backend/binding.js';
import { badThreads, noGpu, optionsDiffer, secondTensorFlow } from '../errors.js';
import { ensureLibrary } from '../library/index.js';
import { loadApi, type NativeApi } from '../native/api.js';
import { loadCLibrary } from '../native/c-library.js';
import { listDevices, newContext, type Threads } from '../native/context.js';
import { type DeviceChoice, deviceOf, isGpu } from '../native/device.js';
import { Status } from '../native/status.js';
import { availablePrecisions, readCpuFlags } from '../precision/available.js';
import { Engine } from './engine.js';
import { OWN_FOLDER, requireOneCopy } from './copies.js';
import { findRunning, type Running, type RuntimeInfo, setRunning } from './runtime.js';

export interface StartOptions {
  /** Threads within an op and ops at a time; a number counts for both. Default `auto`: one for each processor that this process may use. */
  readonly threads?: number | Threads | 'auto';
  /** Where ops run. Default `auto`: what MOCHI_DEVICE says, else the first GPU that TensorFlow sees, else the processor. */
  readonly device?: DeviceChoice;
  /** What TensorFlow prints on stderr: 0 all, 1 warnings, 2 errors, 3 nothing but crashes. Default 2. */
  readonly logLevel?: number;
}

const RTLD_LAZY = 1;

// Starts that happen at the same time share one.
let starting: Promise<Running> | undefined;

/**
 * Starts TensorFlow in this process: finds or installs the library, loads it, and makes it the backend of TensorFlow.js. Idempotent.
 *
 * @throws MOCHI_TWO_COPIES of this package or of TensorFlow.js. MOCHI_SECOND_TENSORFLOW when another TensorFlow runs in the process. MOCHI_TENSORFLOW_OPTIONS when it runs with other threads, or on another device.
 * MOCHI_NO_GPU when one is asked for and TensorFlow sees none.
 * Codes of `ensureLibrary` when the library cannot be found or installed.
 */
export async function startTensorFlow(options: StartOptions = {}): Promise<RuntimeInfo> {
  const existing = findRunning() ?? (await (starting ??= start(options).finally(() => (starting = undefined))));
  requireOneCopy(existing.folder);
  checkOptions(options, existing);
  await tf.setBackend('tensorflow');
  return existing.info;
}

async function start({ threads = 'auto', device, logLevel = 2 }: StartOptions): Promise<Running> {
  if (tf.engine().registryFactory['tensorflow'] !== undefined)
    throw secondTensorFlow('another package, e.g. @tensorflow/tfjs-node', 'that of @mochi/tensorflow');
  const wanted = threadsOf(threads);
  const choice = deviceOf(device);
  const { dir, frameworkPath, ccPath } = await ensureLibrary({
    device: choice.startsWith('gpu') ? 'gpu' : (choice as 'auto' | 'cpu'),
  });
  setVariable('TF_ENABLE_ONEDNN_OPTS', '1'); // off by default on processors without AVX512-VNNI, though 2 to 3 times faster there too
  const level = setVariable('TF_CPP_MIN_LOG_LEVEL', String(logLevel));
  const api = loadApi(frameworkPath, ccPath, { quiet: level !== '0' });
  const status = new Status(api);
  const context = newContext(api, status, wanted, choice);
  const devices = listDevices(api, status, context);
  status.dispose();
  const oneDnn = api.oneDnnIsOn?.() ?? false;
  const gpu = devices.find(isGpu);
  if (choice.startsWith('gpu') && gpu === undefined) throw noGpu(choice, whyNoGpu(api), dir);
  const info: RuntimeInfo = {
    version: api.TF_Version(),
    devices,
    device: gpu === undefined ? 'cpu' : 'gpu',
    deviceName: gpu ?? devices[0]!,
    threads: wanted,
    oneDnn,
    precisions: availablePrecisions({ gpu: gpu !== undefined, oneDnn, cpuFlags: readCpuFlags() }),
    libraryDir: dir,
  };
  const started = await register(info, new Engine(api, context));
  setRunning(started);
  return started;
}

function whyNoGpu({ builtWithCuda }: NativeApi): string {
  if (builtWithCuda?.() === false) return 'this build of TensorFlow knows processors only';
  const libc = loadCLibrary();
  return libc.dlopen('libcuda.so.1', RTLD_LAZY) === null
    ? `there is no NVIDIA driver (${libc.dlerror() ?? 'libcuda.so.1'})`
    : 'the driver shows no GPU of that number that TensorFlow can use, or a library of CUDA is missing';
}

/** @throws MOCHI_TENSORFLOW_OPTIONS. */
function threadsOf(threads: number | Threads | 'auto'): Threads {
  if (threads === 'auto') return threadsOf(availableParallelism());
  const { within, between } = typeof threads === 'number' ? { within: threads, between: threads } : threads;
  if (![within, between].every((count) => Number.isInteger(count) && count > 0)) throw badThreads(JSON.stringify(threads));
  return { within, between };
}

/** TensorFlow reads these when it is loaded: later is too late. What the user has set stands. @returns The value that counts. */
function setVariable(name: string, value: string): string {
  const wanted = (process.env[name] ??= value);
  loadCLibrary().setenv(name, wanted, 1); // in a worker thread process.env is a copy that C does not see
  return wanted;
}

async function register(info: RuntimeInfo, engine: Engine): Promise<Running> {
  // Loaded here and not above: loading registers every kernel, which must not happen twice in a process, nor before it is needed.
  const [{ TensorFlowBackend }, { registerOwnKernels }] = await Promise.all([
    import('../backend/backend.js'),
    import('../backend/kernels.js'),
  ]);
  const binding = new Binding(engine, info.version, info.device === 'gpu');
  registerOwnKernels();
  const backend = new TensorFlowBackend(binding, engine);
  tf.registerBackend('tensorflow', () => backend, 3);
  return { folder: OWN_FOLDER, info, engine, binding, backend };
}

function checkOptions({ threads, device }: StartOptions, { info }: Running): void {
  if (threads !== undefined && threads !== 'auto') {
    const [running, wanted] = [info.threads, threadsOf(threads)].map(
      ({ within, between }) => `${within} within, ${between} between`,
    );
    if (running !== wanted) throw optionsDiffer('threads', running, wanted);
  }
  if (device !== undefined && device !== 'auto' && !device.startsWith(info.device))
    throw optionsDiffer('device', info.device, device);
  const wanted = process.env['MOCHI_LIBTENSORFLOW'];
  if (wanted && resolve(wanted) !== resolve(info.libraryDir)) throw secondTensorFlow(info.libraryDir, wanted);
}
