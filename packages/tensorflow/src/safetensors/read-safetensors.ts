import { safetensorsInvalid } from './errors.js';
import {
  ARRAY_TYPES,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  PREFIX_BYTES,
  elementCount,
  type SafetensorsDtype,
  type SafetensorsEntry,
} from './format.js';
import { widen } from './widen.js';

interface Described {
  readonly name: string;
  readonly dtype: SafetensorsDtype | 'F16' | 'BF16';
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

interface Header {
  readonly tensors: Described[];
  readonly metadata: Record<string, string>;
  /** Where the tensors' bytes begin in the file. */
  readonly dataStart: number;
}

/**
 * The tensors of a safetensors file, in the order in which their bytes stand.
 *
 * @param bytes The whole file. Tensors are views of it where alignment allows, copies elsewhere: treat them as read-only.
 * @returns Tensors by name. F16 and BF16 come widened, as F32.
 * @throws MOCHI_SAFETENSORS_INVALID for cut, corrupt or foreign files and for element types that are not read.
 * @see https://github.com/huggingface/safetensors, section Format
 */
export function readSafetensors(bytes: Uint8Array): Map<string, SafetensorsEntry> {
  const header = readHeader(bytes);
  return new Map(header.tensors.map((tensor) => [tensor.name, readEntry(bytes, header.dataStart, tensor)]));
}

/**
 * The free text entries of a safetensors file (`__metadata__`), empty where there are none.
 *
 * @throws MOCHI_SAFETENSORS_INVALID as {@link readSafetensors} does.
 */
export const readSafetensorsMetadata = (bytes: Uint8Array): Record<string, string> => readHeader(bytes).metadata;

function readHeader(bytes: Uint8Array): Header {
  if (bytes.byteLength < PREFIX_BYTES)
    throw safetensorsInvalid(`The file has ${bytes.byteLength} bytes; the header length alone takes ${PREFIX_BYTES}.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES).getBigUint64(0, true));
  const dataStart = PREFIX_BYTES + length;
  if (length > MAX_HEADER_BYTES || dataStart > bytes.byteLength) {
    throw safetensorsInvalid(`The header is said to take ${length} bytes; the file has ${bytes.byteLength}.`);
  }
  const parsed = parseHeader(bytes.subarray(PREFIX_BYTES, dataStart));
  const { [METADATA_KEY]: metadata = {}, ...rest } = parsed;
  const tensors = Object.entries(rest)
    .map(([name, value]) => checkDescription(name, value))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(tensors, bytes.byteLength - dataStart);
  return { tensors, metadata: checkMetadata(metadata), dataStart };
}

function parseHeader(text: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
    if (isRecord(parsed)) return parsed;
  } catch (error) {
    throw safetensorsInvalid('The header is not JSON.', error);
  }
  throw safetensorsInvalid('The header is JSON, but not an object.');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function checkMetadata(value: unknown): Record<string, string> {
  if (isRecord(value) && Object.values(value).every((text) => typeof text === 'string')) return value as Record<string, string>;
  throw safetensorsInvalid(`'${METADATA_KEY}' is not an object of strings.`);
}

function checkDescription(name: string, value: unknown): Described {
  if (!isRecord(value)) throw safetensorsInvalid(`Tensor '${name}' is not described by an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  const width = typeof dtype === 'string' ? widthOf(dtype) : undefined;
  if (width === undefined)
    throw safetensorsInvalid(`Tensor '${name}' has element type ${JSON.stringify(dtype)}, which is not read.`);
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw safetensorsInvalid(`Tensor '${name}' has shape ${JSON.stringify(shape)}.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw safetensorsInvalid(`Tensor '${name}' has data_offsets ${JSON.stringify(offsets)}.`);
  }
  const [begin, end] = offsets as [number, number];
  const wanted = elementCount(shape) * width;
  if (end - begin !== wanted)
    throw safetensorsInvalid(
      `Tensor '${name}' (${String(dtype)} [${shape.join(', ')}]) needs ${wanted} bytes and has ${end - begin}.`,
    );
  return { name, dtype: dtype as Described['dtype'], shape, begin, end };
}

function widthOf(dtype: string): number | undefined {
  if (dtype === 'F16' || dtype === 'BF16') return 2;
  return Object.hasOwn(ARRAY_TYPES, dtype) ? ARRAY_TYPES[dtype as SafetensorsDtype].BYTES_PER_ELEMENT : undefined;
}

/** The tensors must fill the data exactly: a gap, an overlap or missing bytes mean a damaged file. */
function checkCoverage(tensors: readonly Described[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== at)
      throw safetensorsInvalid(`Tensor '${name}' begins at byte ${begin} of the data; the one before it ends at ${at}.`);
    at = end;
  }
  if (at !== dataBytes) throw safetensorsInvalid(`The header describes ${at} bytes of tensors; the file has ${dataBytes}.`);
}

function readEntry(bytes: Uint8Array, dataStart: number, { dtype, shape, begin, end }: Described): SafetensorsEntry {
  const raw = bytes.subarray(dataStart + begin, dataStart + end);
  if (dtype === 'F16' || dtype === 'BF16') return { dtype: 'F32', shape, data: widen(dtype, raw) };
  const type = ARRAY_TYPES[dtype];
  // A typed array must begin at a multiple of its element; bytes read into the middle of a pooled buffer do not.
  const aligned = raw.byteOffset % type.BYTES_PER_ELEMENT === 0 ? raw : new Uint8Array(raw); // not slice(): a Buffer's is a view
  return { dtype, shape, data: new type(aligned.buffer, aligned.byteOffset, raw.byteLength / type.BYTES_PER_ELEMENT) };
}
