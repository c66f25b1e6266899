import { weightsFile } from '../errors.js';

/** Numbers and text out of bytes, one after another. Whoever reads past the end is told that the file is cut short. */
export class PickleReader {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly data: Uint8Array) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8)); // big-endian, alone among them
  }

  int64(): number {
    return Number(this.view.getBigInt64(this.advance(8), true));
  }

  /** A signed integer, little-endian, of at most 255 bytes: nothing that a checkpoint counts is longer. */
  long(length: number): number {
    if (length > 255) throw weightsFile(`a number in its pickle has ${length} bytes`);
    let value = 0n;
    const digits = this.bytes(length);
    for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(digits[at]!);
    return Number(BigInt.asIntN(8 * length, value));
  }

  /** A view of the bytes. */
  bytes(length: number): Uint8Array {
    const start = this.advance(length);
    return this.data.subarray(start, start + length);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.bytes(length));
  }

  /** Up to the next line feed, which is passed. */
  line(): string {
    const end = this.data.indexOf(0x0a, this.at);
    if (end < 0) throw weightsFile('it is cut short');
    const text = this.text(end - this.at);
    this.skip(1);
    return text;
  }

  skip(length: number): void {
    this.advance(length);
  }

  private advance(length: number): number {
    const start = this.at;
    if (!(length >= 0)) throw weightsFile(`it states a length of ${length}`);
    if (start + length > this.data.byteLength) throw weightsFile('it is cut short');
    this.at = start + length;
    return start;
  }
}
