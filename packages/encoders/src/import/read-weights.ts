import { readFileSync } from 'node:fs';
import { isMochiError } from '@mochi/contract';
import { readSafetensors, readSafetensorsMetadata } from '@mochi/tensorflow';
import { weightsFile, weightsUnreadable } from '../errors.js';
import { elementsOf, readTorchLegacy, readTorchZip, type TorchFile } from './read-torch-file.js';
import { PlainTensor, type Plain } from './pickle-values.js';

/** A weight of a file, read when it is asked for. */
export interface StoredWeight {
  readonly shape: readonly number[];
  /** Row-major float32. */
  read(): Float32Array;
}

/** Names, shapes and values of a state_dict. */
export type StoredWeights = ReadonlyMap<string, StoredWeight>;

/**
 * The state_dict in a file: safetensors, or what torch.save writes (`.pth`, `.pth.tar`, `.pt`), of which nothing is executed. Of a checkpoint
 * (`{ state_dict, optimizer, epoch }`, `{ model: ... }`) it is the part with the weights.
 *
 * @throws MOCHI_WEIGHTS_UNREADABLE, MOCHI_WEIGHTS_FILE, MOCHI_PICKLE_REFUSED
 */
export function readWeights(path: string): StoredWeights {
  return naming(path, () => parseWeights(bytesOf(path)));
}

/**
 * What a safetensors file says beside its weights.
 *
 * @throws MOCHI_WEIGHTS_UNREADABLE, MOCHI_WEIGHTS_FILE
 */
export const readFileMetadata = (path: string): Record<string, string> =>
  naming(path, () => readSafetensorsMetadata(bytesOf(path)));

/** Errors about bytes say of which file they are. */
function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isMochiError(error)) throw error;
    if (error.code === 'MOCHI_SAFETENSORS_INVALID') throw weightsFile(error.happened.replace(/\.$/, ''), error, path);
    if (error.code === 'MOCHI_WEIGHTS_FILE') throw weightsFile(error.happened.replace(/^.*?: (.*)\.$/s, '$1'), error, path);
    throw error;
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
    const read = () => (data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number));
    return [name, { shape, read }] as const;
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
  const found = stateDictIn(root);
  if (!found) throw weightsFile('there is no state_dict in it');
  const weights = new Map<string, StoredWeight>();
  for (const [name, value] of found)
    if (typeof name === 'string' && value instanceof PlainTensor)
      weights.set(name, { shape: value.shape, read: () => elementsOf(value, storages) });
  return weights;
}

/** Of the object and the dicts right in it the one with the most tensors; the first of equals. */
function stateDictIn(root: Plain): Map<Plain, Plain> | undefined {
  if (!(root instanceof Map)) return undefined;
  const candidates = [root, ...[...root.values()].filter((value) => value instanceof Map)];
  const tensors = (dict: Map<Plain, Plain>): number => [...dict.values()].filter((value) => value instanceof PlainTensor).length;
  const [best] = candidates.map((dict) => ({ dict, count: tensors(dict) })).sort((a, b) => b.count - a.count);
  return best && best.count > 0 ? best.dict : undefined;
}
