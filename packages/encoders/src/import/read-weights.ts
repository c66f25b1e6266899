import { readFileSync } from 'node:fs';
import { isMochiError, MochiError } from '@mochi/contract';
import { readSafetensors, readSafetensorsMetadata } from '@mochi/tensorflow';
import { weightsFile, weightsNotFinite, weightsUnreadable } from '../errors.js';
import { elementsOf, readTorchLegacy, readTorchZip, type TorchFile } from './read-torch-file.js';
import { PlainTensor, type Plain } from './pickle-values.js';

/** A weight of a file, read when it is asked for. */
export interface StoredWeight {
  readonly shape: readonly number[];
  /** Row-major float32. @throws MOCHI_WEIGHTS_NOT_FINITE, MOCHI_WEIGHTS_FILE */
  read(): Float32Array;
}

/** Names, shapes and values of the tensors in a file. */
export type StoredWeights = ReadonlyMap<string, StoredWeight>;

/**
 * The tensors in a file: safetensors, or what torch.save writes (`.pth`, `.pth.tar`, `.pt`), of which nothing is executed. Keys of a checkpoint
 * stand before the names of its state_dicts: `state_dict.conv1.weight`, `teacher.conv1.weight`.
 *
 * @throws MOCHI_WEIGHTS_UNREADABLE, MOCHI_WEIGHTS_FILE, MOCHI_PICKLE_REFUSED
 */
export function readWeights(path: string): StoredWeights {
  const bytes = bytesOf(path);
  return naming(path, () => parseWeights(bytes));
}

/**
 * What a safetensors file says beside its weights.
 *
 * @throws MOCHI_WEIGHTS_UNREADABLE, MOCHI_WEIGHTS_FILE
 */
export function readFileMetadata(path: string): Record<string, string> {
  const bytes = bytesOf(path);
  return naming(path, () => readSafetensorsMetadata(bytes));
}

/** Errors say of which file they are. */
export function naming<T>(path: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (path === undefined || !isMochiError(error)) throw error;
    const about = error.code === 'MOCHI_SAFETENSORS_INVALID' ? weightsFile(error.happened.replace(/\.$/, ''), error) : error;
    const happened = about.happened.replace(/^The weights file(?= )/, () => path);
    throw new MochiError(about.code, { happened, expected: about.expected, fix: about.fix }, { cause: error });
  }
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw weightsUnreadable(path, cause);
  }
}

/** The same for bytes at hand. */
export function parseWeights(bytes: Uint8Array): StoredWeights {
  if (bytes[8] !== 0x7b) return weightsIn(readTorch(bytes)); // { after eight bytes of length makes safetensors, whatever those bytes look like
  const entries = [...readSafetensors(bytes)].map(([name, { shape, data }]) => {
    const values = () => (data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number));
    return [name, { shape, read: () => finite(name, values()) }] as const;
  });
  return new Map(entries);
}

function readTorch(bytes: Uint8Array): TorchFile {
  const foreign = otherForm(bytes);
  if (foreign !== undefined) throw weightsFile(foreign);
  return bytes[0] === 0x50 && bytes[1] === 0x4b ? readTorchZip(bytes) : readTorchLegacy(bytes); // PK
}

/** What else is handed out under the names of checkpoints. */
function otherForm(bytes: Uint8Array): string | undefined {
  const text = (from: number, to: number): string => new TextDecoder('latin1').decode(bytes.subarray(from, to));
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'it is compressed with gzip: unpack it first';
  if (text(257, 262) === 'ustar')
    return 'it is a tar archive: unpack it, or if PyTorch before 0.1.10 wrote it, load and save it there';
  if (/^\s*</.test(text(0, 64))) return 'it is a page of HTML or XML, as a download that failed leaves it';
  return undefined;
}

function weightsIn({ root, storages }: TorchFile): StoredWeights {
  const found = [...tensorsIn(root)];
  if (found.length === 0) throw weightsFile('there is no state_dict in it');
  return new Map(
    found.map(([name, tensor]) => [name, { shape: tensor.shape, read: () => finite(name, elementsOf(tensor, storages)) }]),
  );
}

/** Dicts within dicts that are looked into: checkpoints have two or three. */
const DEEPEST = 4;

/** Tensors by name, after the keys of the dicts that they are in. Each dict once, so that one within itself ends. */
function tensorsIn(root: Plain, under = '', depth = 0, found = new Map<string, PlainTensor>(), seen = new Set<Plain>()) {
  if (!(root instanceof Map) || depth > DEEPEST || seen.has(root)) return found;
  seen.add(root);
  for (const [name, value] of root)
    if (typeof name !== 'string') continue;
    else if (value instanceof PlainTensor) found.set(under + name, value);
    else tensorsIn(value, `${under}${name}.`, depth + 1, found, seen);
  return found;
}

function finite(name: string, values: Float32Array): Float32Array {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw weightsNotFinite(name, values[at]!);
  return values;
}
