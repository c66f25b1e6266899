/** A value list of a tf.Example: where each text or image is in the message, or whole numbers. Lists of floats are left out. */
export type Feature =
  | { readonly kind: 'bytes'; readonly ranges: readonly (readonly [start: number, end: number])[] }
  | { readonly kind: 'ints'; readonly values: readonly number[] };

/** Wire types of protocol buffers. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];

/** A field of a message: its number, and its value or where its bytes are. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: bigint;
  readonly start: number;
  readonly end: number;
}

/**
 * The features of a serialised tf.Example, by name. Nothing is copied: images stay where they are.
 *
 * @throws RangeError for bytes that are no message.
 * @see tensorflow/core/example/example.proto, feature.proto
 */
export function parseExample(bytes: Uint8Array): ReadonlyMap<string, Feature> {
  const features = new Map<string, Feature>();
  for (const example of fields(bytes, 0, bytes.length)) {
    if (example.number !== 1) continue; // Example.features
    for (const entry of fields(bytes, example.start, example.end)) {
      if (entry.number !== 1) continue; // Features.feature, a map: key 1, value 2
      let name = '';
      let feature: Feature | undefined;
      for (const part of fields(bytes, entry.start, entry.end)) {
        if (part.number === 1) name = Buffer.from(bytes.subarray(part.start, part.end)).toString('utf8');
        if (part.number === 2) feature = featureOf(bytes, part);
      }
      if (feature) features.set(name, feature);
    }
  }
  return features;
}

/** Feature: bytes_list 1, float_list 2, int64_list 3; each list has its values in field 1. */
function featureOf(bytes: Uint8Array, { start, end }: Field): Feature | undefined {
  for (const list of fields(bytes, start, end)) {
    const values = [...fields(bytes, list.start, list.end)].filter(({ number }) => number === 1);
    if (list.number === 1) return { kind: 'bytes', ranges: values.map((value) => [value.start, value.end] as const) };
    if (list.number === 3) return { kind: 'ints', values: values.flatMap((value) => (value.wire === BYTES ? packed(bytes, value) : [signed(value.value)])) }; // prettier-ignore
  }
  return undefined;
}

function packed(bytes: Uint8Array, { start, end }: Field): number[] {
  const values: number[] = [];
  for (let at = start; at < end;) {
    const { value, next } = varint(bytes, at, end);
    values.push(signed(value));
    at = next;
  }
  return values;
}

const signed = (value: bigint): number => Number(BigInt.asIntN(64, value));

function* fields(bytes: Uint8Array, start: number, end: number): Generator<Field> {
  for (let at = start; at < end;) {
    const tag = varint(bytes, at, end);
    const [number, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    const first = wire === VARINT || wire === BYTES ? varint(bytes, tag.next, end) : { value: 0n, next: tag.next };
    const length = wire === BYTES ? Number(first.value) : wire === FIXED64 ? 8 : wire === FIXED32 ? 4 : 0;
    if (![VARINT, FIXED64, BYTES, FIXED32].includes(wire) || number === 0)
      throw new RangeError(`it is no tf.Example (byte ${at})`);
    if (first.next + length > end) throw new RangeError(`a field of its tf.Example is longer than the record (byte ${at})`);
    yield { number, wire, value: first.value, start: first.next, end: first.next + length };
    at = first.next + length;
  }
}

function varint(bytes: Uint8Array, at: number, end: number): { value: bigint; next: number } {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (at >= end) break;
    const byte = bytes[at++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at };
  }
  throw new RangeError(`a number of its tf.Example does not end (byte ${at})`);
}
