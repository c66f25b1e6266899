import { widen } from '@mochi/tensorflow';
import { unzipSync } from 'fflate';
import { weightsFile } from '../errors.js';
import { PickleReader } from './pickle-reader.js';
import { Storage, unpickle, type Plain, type PlainTensor } from './unpickle.js';

/** A pickled object and the bytes that its tensors view. */
export interface TorchFile {
  readonly root: Plain;
  readonly storages: ReadonlyMap<string, Uint8Array>;
}

/** What torch.save has written since 1.6: a zip archive of `data.pkl` and one file for each storage, none of them compressed. */
export function readTorchZip(bytes: Uint8Array): TorchFile {
  const files = unzipped(bytes);
  const find = (end: string): [string, Uint8Array] | undefined => Object.entries(files).find(([name]) => name.endsWith(end));
  const [name, pickle] = find('data.pkl') ?? [];
  if (name === undefined) throw weightsFile('it is a zip archive without data.pkl: torch.save did not write it');
  const order = find('byteorder');
  if (order && new TextDecoder().decode(order[1]).trim() === 'big') throw weightsFile('its numbers are big-endian');
  const prefix = name.replace(/data\.pkl$/, 'data/');
  const storages = new Map(
    Object.entries(files).flatMap(([path, data]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), data] as const] : [],
    ),
  );
  return { root: unpickle(new PickleReader(pickle!)), storages };
}

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter({ name, compression }) {
        if (compression !== 0) throw weightsFile(`${name} in it is compressed, which torch.save never does`);
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof Error && 'expected' in cause) throw cause;
    throw weightsFile('its zip archive is damaged', cause);
  }
}

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
  if (system instanceof Map && system.get('little_endian') === false) throw weightsFile('its numbers are big-endian');
  const root = unpickle(reader);
  const keys = unpickle(reader) as string[];
  const types = storagesOf(root);
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const elements = reader.int64();
    storages.set(key, reader.bytes(elements * (WIDTH[types.get(key) ?? ''] ?? 0)));
  }
  return { root, storages };
}

/** Types of all storages that an object's tensors view, by key. */
function storagesOf(root: Plain): Map<string, string> {
  const types = new Map<string, string>();
  const seen = new Set<Plain>();
  const visit = (value: Plain): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) for (const pair of value) pair.forEach(visit);
    else if (Array.isArray(value)) value.forEach(visit);
    else if ('storage' in value) types.set(value.storage.key, value.storage.type);
    else if (value instanceof Storage) types.set(value.key, value.type);
  };
  visit(root);
  return types;
}

/** A tensor's elements as float32, row-major, whatever its strides. @throws MOCHI_WEIGHTS_FILE where the storage is shorter than the view. */
export function elementsOf({ storage, offset, shape, strides }: PlainTensor, storages: TorchFile['storages']): Float32Array {
  const raw = storages.get(storage.key);
  if (!raw) throw weightsFile(`storage ${storage.key} is missing`);
  const values = numbers(storage.type, raw);
  const count = shape.reduce((product, side) => product * side, 1);
  const out = new Float32Array(count);
  const at = shape.map(() => 0);
  for (let to = 0; to < count; to++) {
    const from = at.reduce((sum, index, axis) => sum + index * strides[axis]!, offset);
    if (!(from >= 0 && from < values.length)) throw weightsFile(`a tensor reaches past the end of storage ${storage.key}`);
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return out;
}

function numbers(type: string, raw: Uint8Array): Float32Array | Float64Array {
  if (type === 'HalfStorage') return widen('F16', raw);
  if (type === 'BFloat16Storage') return widen('BF16', raw);
  const { buffer } = new Uint8Array(raw); // a copy, aligned
  if (type === 'FloatStorage') return new Float32Array(buffer);
  if (type === 'DoubleStorage') return new Float64Array(buffer);
  throw weightsFile(`a weight is a ${type} and no tensor of floats`);
}
