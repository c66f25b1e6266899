import type { Tensors } from '@mochi/contract';
import { running } from './runtime.js';

/**
 * Brings a record to the device that ops run on, while the event loop goes on: what is copied before it is needed is not waited for. On a
 * processor nothing happens. Integers stay: TensorFlow's ops take them from the host.
 *
 * @param record Taken over. @returns The same tensors, or copies of them.
 */
export async function toDevice(record: Tensors): Promise<Tensors> {
  const { engine, backend, info } = running();
  if (info.device === 'cpu') return record;
  const moved = Object.entries(record).map(async ([name, tensor]) => {
    if (tensor.dtype !== 'float32') return [name, tensor] as const;
    const copy = backend.createOutputTensor(await engine.copyTo(backend.idOf(tensor), info.deviceName));
    tensor.dispose();
    return [name, copy] as const;
  });
  return Object.fromEntries(await Promise.all(moved));
}
