import { badDevice } from '../errors.js';
import { bytesField, varintField } from './protobuf.js';

/** Where ops run. `auto`: the first GPU that TensorFlow sees, else the processor. */
export type DeviceChoice = 'auto' | 'cpu' | 'gpu' | `gpu:${number}`;

/** What was wanted, with `MOCHI_DEVICE` in the place of `auto`. @throws MOCHI_TENSORFLOW_OPTIONS for anything else. */
export function deviceOf(wanted: string = 'auto', env: Readonly<Record<string, string | undefined>> = process.env): DeviceChoice {
  const choice = wanted === 'auto' ? env['MOCHI_DEVICE'] || 'auto' : wanted;
  if (!/^(auto|cpu|gpu(:\d+)?)$/.test(choice)) throw badDevice(choice);
  return choice as DeviceChoice;
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

/**
 * The part of ConfigProto that says which devices there are: { 1: device_count, 6: GPUOptions { 4: allow_growth, 5: visible_device_list } }.
 * A process sees one GPU, so that others can have the rest; numbers count those that CUDA_VISIBLE_DEVICES leaves.
 */
export function deviceFields(device: DeviceChoice): number[] {
  if (device === 'cpu') return bytesField(1, [...bytesField(1, text('GPU')), ...varintField(2, 0)]);
  const [, number = '0'] = device.split(':');
  // Memory of a GPU as it is needed, not all of it at the start: others may use the same card.
  return bytesField(6, [...varintField(4, 1), ...bytesField(5, text(number))]);
}

export const isGpu = (device: string): boolean => device.includes('GPU:');
