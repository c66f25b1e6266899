/** A field of a protobuf message: numbers for varints, bytes for everything that has a length. */
export interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The fields of a message in order. Enough of the wire format for the few messages that TensorFlow's C API takes and gives. */
export function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: bytes.subarray(at, (at += 8)) };
        break;
      case 2: {
        const length = varint();
        yield { number, value: bytes.subarray(at, (at += length)) };
        break;
      }
      default:
        yield { number, value: bytes.subarray(at, (at += 4)) };
    }
  }
}

export const text = (value: number | Uint8Array): string => new TextDecoder().decode(value as Uint8Array);

/** A varint field. @param value A non-negative integer. */
export function varintField(number: number, value: number): number[] {
  return [...varintBytes(number * 8), ...varintBytes(value)];
}

/** A field with a length: a message or a string. */
export function bytesField(number: number, value: readonly number[]): number[] {
  return [...varintBytes(number * 8 + 2), ...varintBytes(value.length), ...value];
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
