/** Names by index. A list of strings is one; `PackedNames` is one for millions. */
export interface Names {
  readonly length: number;
  at(index: number): string | undefined;
  [Symbol.iterator](): Iterator<string>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Names as one block of bytes and where each begins: 10 bytes for each beside its own, where a string takes some 60. File names that are no
 * UTF-8 stay as they are, byte for byte. All names share a prefix (a folder), which is kept once.
 */
export class PackedNames implements Names {
  constructor(
    /** What stands before every name. */
    readonly prefix: string,
    /** The names, one after the other or with gaps. */
    readonly bytes: Uint8Array,
    /** Where each name begins, [length]. */
    readonly starts: Float64Array,
    /** Bytes of each name, [length]. */
    readonly sizes: Uint16Array,
  ) {}

  static of(names: Iterable<string>, prefix = ''): PackedNames {
    const encoded = Array.from(names, (name) => encoder.encode(name));
    const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0));
    const starts = new Float64Array(encoded.length);
    let start = 0;
    encoded.forEach((name, at) => {
      bytes.set(name, start);
      starts[at] = start;
      start += name.length;
    });
    return new PackedNames(
      prefix,
      bytes,
      starts,
      Uint16Array.from(encoded, ({ length }) => length),
    );
  }

  get length(): number {
    return this.starts.length;
  }

  at(index: number): string | undefined {
    const own = this.bytesAt(index);
    return own && this.prefix + decoder.decode(own);
  }

  /** A name without the prefix, as it is on the disk. A view. */
  bytesAt(index: number): Uint8Array | undefined {
    const start = this.starts[index];
    return start === undefined ? undefined : this.bytes.subarray(start, start + this.sizes[index]!);
  }

  /** The names at these indices. They share the bytes of these ones. */
  pick(indices: Int32Array): PackedNames {
    const starts = Float64Array.from(indices, (at) => this.starts[at]!);
    const sizes = Uint16Array.from(indices, (at) => this.sizes[at]!);
    return new PackedNames(this.prefix, this.bytes, starts, sizes);
  }

  /** The same names after another prefix. */
  under(prefix: string): PackedNames {
    return new PackedNames(prefix, this.bytes, this.starts, this.sizes);
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }
}
