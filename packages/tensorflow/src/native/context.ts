import type { NativeApi, Pointer } from './api.js';
import { type DeviceChoice, deviceFields } from './device.js';
import { bytesField, varintField } from './protobuf.js';
import type { Status } from './status.js';

/** How TensorFlow uses the processors. */
export interface Threads {
  /** Threads that share one op. */
  readonly within: number;
  /** Ops that run at a time. */
  readonly between: number;
}

/** Of the arithmetic of convolutions and of products within encoders. */
export type Precision = 'float32' | 'bfloat16' | 'float16';

// RewriterConfig { 12: meta_optimizer_iterations }. A second pass finds next to nothing in our graphs, and takes as long as the first.
const ONE_PASS = varintField(12, 1);
// RewriterConfig { 23: auto_mixed_precision, 31: auto_mixed_precision_onednn_bfloat16 }. The first is float16, on a GPU as on a CPU that has it.
const REWRITES = { float16: 23, bfloat16: 31 } as const;
const ON = 1;

/** ConfigProto { 10: GraphOptions { 10: RewriterConfig } }: how graphs are rewritten before they run. */
const rewriting = (more: readonly number[] = []): number[] => bytesField(10, bytesField(10, [...ONE_PASS, ...more]));

/** The ConfigProto of one function: TensorFlow's automatic mixed precision. */
export const functionConfig = (precision: keyof typeof REWRITES): Uint8Array =>
  Uint8Array.from(rewriting(varintField(REWRITES[precision], ON)));

/** message ConfigProto { 2: intra_op_parallelism_threads, 5: inter_op_parallelism_threads }, `rewriting`, and what `deviceFields` adds. */
export function configProto({ within, between }: Threads, devices: readonly number[]): Uint8Array {
  return Uint8Array.from([...varintField(2, within), ...varintField(5, between), ...rewriting(), ...devices]);
}

export function newContext(api: NativeApi, status: Status, threads: Threads, device: DeviceChoice): Pointer {
  return contextOf(api, status, configProto(threads, deviceFields(device)));
}

/** @param config A ConfigProto. */
export function contextOf(api: NativeApi, status: Status, config: Uint8Array): Pointer {
  const options = api.TFE_NewContextOptions();
  api.TFE_ContextOptionsSetConfig(options, config, config.byteLength, status.pointer);
  status.check('the configuration');
  const context = api.TFE_NewContext(options, status.pointer);
  api.TFE_DeleteContextOptions(options);
  status.check('the start of its runtime');
  return context;
}

/** Names of the devices, e.g. `/job:localhost/replica:0/task:0/device:CPU:0`. */
export function listDevices(api: NativeApi, status: Status, context: Pointer): string[] {
  const list = api.TFE_ContextListDevices(context, status.pointer);
  status.check('the list of devices');
  const count = api.TF_DeviceListCount(list);
  const names = Array.from({ length: count }, (_, i) => api.TF_DeviceListName(list, i, status.pointer));
  api.TF_DeleteDeviceList(list);
  return names;
}
