import { widen } from '@mochi/tensorflow';
import { weightsFile } from '../errors.js';
import { PickleReader } from './pickle-reader.js';
import type { Plain, PlainTensor, Storage } from './pickle-values.js';
import { readStoredZip } from './read-stored-zip.js';
import { unpickle } from './unpickle.js';

/** A pickled object and the bytes that its tensors view. */
export interface TorchFile {
  readonly root: Plain;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

/** What torch.save has written since 1.6: a zip archive of `data.pkl` and one file for each storage, none of them compressed. */
export function readTorchZip(bytes: Uint8Array): TorchFile {
  const files = readStoredZip(bytes);
  const pickles = [...files.keys()].filter((path) => /^([^/]*\/)?data\.pkl$/.test(path));
  if (pickles.length !== 1)
    throw weightsFile(
      `it is a zip archive ${pickles.length === 0 ? 'without' : 'with more than one'} data.pkl: torch.save did not write it`,
    );
  const folder = pickles[0]!.slice(0, -'data.pkl'.length);
  const order = files.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order).trim() === 'big') throw bigEndian();
  const stated = new Map<string, Storage>();
  const root = unpickle(new PickleReader(files.get(pickles[0]!)!), stated);
  const storages = new Map<string, Uint8Array>();
  for (const [key, { type, elements }] of stated) {
    const data = files.get(`${folder}data/${key}`);
    if (!data) throw weightsFile(`storage ${key} is missing`);
    if (data.byteLength !== elements * WIDTH[type]!)
      throw weightsFile(`storage ${key} has ${data.byteLength} bytes and not those of ${elements} elements (${type})`);
    storages.set(key, data);
  }
  return { root, storages };
}

const bigEndian = () =>
  weightsFile('its numbers are big-endian: load it in PyTorch and save it again on a little-endian machine');

const MAGIC = 0x1950a86a20f9469cfc6cn;
const WIDTH: Readonly<Record<string, number>> = {
  DoubleStorage: 8,
  LongStorage: 8,
  FloatStorage: 4,
  IntStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
};

/** What torch.save wrote before: magic number, version, system, the object, keys of the storages, then each storage's elements. */
export function readTorchLegacy(bytes: Uint8Array): TorchFile {
  const reader = new PickleReader(bytes);
  if (unpickle(reader) !== Number(MAGIC)) throw weightsFile('it is a pickle that torch.save did not write');
  unpickle(reader); // version of the protocol
  const system = unpickle(reader);
  if (system instanceof Map && system.get('little_endian') === false) throw bigEndian();
  const stated = new Map<string, Storage>();
  const root = unpickle(reader, stated);
  const keys = unpickle(reader);
  if (!Array.isArray(keys)) throw weightsFile('it does not list its storages');
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const { type, elements } = (typeof key === 'string' ? stated.get(key) : undefined) ?? {};
    if (type === undefined) throw weightsFile('it lists a storage that nothing refers to');
    const count = reader.int64();
    if (count !== elements) throw weightsFile(`storage ${key as string} has ${count} elements, not ${elements}`);
    storages.set(key as string, reader.bytes(count * WIDTH[type]!));
  }
  return { root, storages };
}

/** A tensor's elements as float32, row-major, whatever its strides. @throws MOCHI_WEIGHTS_FILE where the storage is shorter than the view. */
export function elementsOf({ storage, offset, shape, strides }: PlainTensor, storages: TorchFile['storages']): Float32Array {
  const raw = storages.get(storage.key);
  if (!raw) throw weightsFile(`storage ${storage.key} is missing`);
  const count = shape.reduce((product, side) => product * side, 1);
  if (count === 0) return new Float32Array(0);
  const width = WIDTH[storage.type] ?? 1;
  const end = offset + 1 + shape.reduce((reach, side, axis) => reach + (side - 1) * strides[axis]!, 0);
  if (!(end * width <= raw.byteLength)) throw weightsFile(`a tensor reaches past the end of storage ${storage.key}`);
  if (count > LARGEST) throw weightsFile(`a tensor of [${shape.join(', ')}] has ${count} elements`);
  const values = numbers(storage.type, raw.subarray(offset * width, end * width));
  const out = new Float32Array(count);
  const at = shape.map(() => 0);
  for (let to = 0, from = 0; to < count; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      at[axis] = 0;
    }
  }
  return out;
}

/** Elements of a tensor at most, 4 GiB of them: one that repeats a row by a stride of 0 may have more than its file. */
const LARGEST = 2 ** 30;

function numbers(type: string, raw: Uint8Array): Float32Array | Float64Array {
  if (type === 'HalfStorage') return widen('F16', raw);
  if (type === 'BFloat16Storage') return widen('BF16', raw);
  const { buffer } = new Uint8Array(raw); // a copy, aligned
  if (type === 'FloatStorage') return new Float32Array(buffer);
  if (type === 'DoubleStorage') return new Float64Array(buffer);
  throw weightsFile(`a weight is a ${type} and no tensor of floats`);
}
