/** How a file was spoilt. */
export type Mutation = 'bits' | 'cut' | 'zeros' | 'splice' | 'claim' | 'foreign' | 'empty';

const KINDS: readonly Mutation[] = ['bits', 'bits', 'cut', 'cut', 'zeros', 'splice', 'claim', 'foreign', 'empty'];

/**
 * An image file spoilt in one of the ways that files are: bits flipped, cut short, a stretch of zeros, the end of another file, sides of a header
 * that claim up to 2^31 pixels each, another format under the name, nothing. Some of the results are still images.
 *
 * @param files Sound files to choose from. @param random Numbers in [0, 1).
 */
export function mutateImage(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  random: () => number,
): { readonly kind: Mutation; readonly extension: string; readonly bytes: Uint8Array } {
  const below = (bound: number): number => Math.floor(random() * bound);
  const file = files[below(files.length)]!;
  const other = files[below(files.length)]!;
  const bytes = file.bytes.slice();
  const kind = KINDS[below(KINDS.length)]!;
  const extension = file.name.slice(file.name.lastIndexOf('.') + 1);
  const spoilt: Record<Mutation, () => Uint8Array> = {
    bits: () => {
      for (let flips = 1 + below(20); flips > 0; flips--) bytes[below(bytes.length)]! ^= 1 << below(8);
      return bytes;
    },
    cut: () => bytes.subarray(0, below(bytes.length)),
    zeros: () => {
      const start = below(bytes.length);
      return bytes.fill(0, start, start + below(200));
    },
    splice: () =>
      Uint8Array.from([...bytes.subarray(0, below(bytes.length)), ...other.bytes.subarray(below(other.bytes.length))]),
    claim: () => claimed(bytes, below),
    foreign: () => other.bytes,
    empty: () => new Uint8Array(0),
  };
  return { kind, extension, bytes: spoilt[kind]() };
}

/** Other sides in the header, with checksums made right: else a decoder would stop there. */
function claimed(bytes: Uint8Array, below: (bound: number) => number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const side = (bits: number): number => 2 ** (1 + below(bits)) - 1;
  if (bytes[0] === 0x89) {
    view.setUint32(16, side(31));
    view.setUint32(20, side(31));
    view.setUint32(29, crc32(bytes.subarray(12, 29)));
  } else if (bytes[0] === 0xff) {
    const frame = bytes.findIndex((byte, at) => byte === 0xff && (bytes[at + 1] === 0xc0 || bytes[at + 1] === 0xc2));
    if (frame > 0) view.setUint16(frame + 5, side(16));
    if (frame > 0) view.setUint16(frame + 7, side(16));
  } else if (bytes[0] === 0x47) {
    view.setUint16(6, side(16), true);
    view.setUint16(8, side(16), true);
  } else if (bytes[0] === 0x42) {
    view.setInt32(18, side(31), true);
    view.setInt32(22, side(31), true);
  } else view.setUint32(24, side(31), true);
  return bytes;
}

/** Of PNG chunks. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
