import { PackedNames } from '@mochi/contract';
import { breathe } from './breathe.js';

/** Names under way: bytes one after the other, in arrays that grow. */
export class NameBuffer {
  private bytes = new Uint8Array(4096);
  private starts = new Float64Array(64);
  private sizes = new Uint16Array(64);
  private used = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** Adds a name, in two parts. */
  add(before: Uint8Array, name: Uint8Array): void {
    const size = before.length + name.length;
    if (this.used + size > this.bytes.length) this.bytes = grown(this.bytes, this.used + size);
    if (this.count === this.starts.length) {
      this.starts = grown(this.starts, this.count + 1);
      this.sizes = grown(this.sizes, this.count + 1);
    }
    this.bytes.set(before, this.used);
    this.bytes.set(name, this.used + before.length);
    this.starts[this.count] = this.used;
    this.sizes[this.count++] = size;
    this.used += size;
  }

  /** A view. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(this.starts[index], this.starts[index]! + this.sizes[index]!);
  }

  /** The names, in arrays of their size. The buffer must not be used any more. */
  pack(prefix = ''): PackedNames {
    const { bytes, starts, sizes, used, count } = this;
    return new PackedNames(prefix, bytes.slice(0, used), starts.slice(0, count), sizes.slice(0, count));
  }

  /** Indices in the order of the names' bytes, which in UTF-8 is that of their letters. The event loop turns meanwhile. */
  async order(): Promise<Uint32Array> {
    let from = Uint32Array.from({ length: this.count }, (_, at) => at);
    for (let at = 0; at < this.count; at += RUN) {
      from.subarray(at, at + RUN).sort((a, b) => this.compare(a, b));
      if (at > 0) await breathe();
    }
    let to = new Uint32Array(this.count);
    for (let width = RUN; width < this.count; width *= 2) {
      for (let at = 0; at < this.count; at += 2 * width) await this.merge(from, to, at, width);
      [from, to] = [to, from];
    }
    return from;
  }

  private async merge(from: Uint32Array, to: Uint32Array, start: number, width: number): Promise<void> {
    const [middle, end] = [Math.min(start + width, from.length), Math.min(start + 2 * width, from.length)];
    for (let at = start, i = start, j = middle; at < end; at++) {
      const takeFirst = j >= end || (i < middle && this.compare(from[i]!, from[j]!) <= 0);
      to[at] = takeFirst ? from[i++]! : from[j++]!;
      if (at % 65_536 === 65_535) await breathe();
    }
  }

  private compare(a: number, b: number): number {
    const [i, j] = [this.starts[a]!, this.starts[b]!];
    const shared = Math.min(this.sizes[a]!, this.sizes[b]!);
    for (let at = 0; at < shared; at++) {
      const difference = this.bytes[i + at]! - this.bytes[j + at]!;
      if (difference !== 0) return difference;
    }
    return this.sizes[a]! - this.sizes[b]!;
  }
}

const RUN = 4096;

function grown<T extends Uint8Array | Uint16Array | Float64Array>(array: T, needed: number): T {
  const length = Math.max(needed, Math.ceil(array.length * 1.5));
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
