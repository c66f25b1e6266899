/**
 * Numbers of 16 bits as float32, exactly.
 *
 * @param raw Little-endian, two bytes a number, at any alignment.
 */
export const widen = (dtype: 'F16' | 'BF16', raw: Uint8Array): Float32Array =>
  dtype === 'F16' ? widenHalf(raw) : widenBrain(raw);

function words(raw: Uint8Array): Uint16Array {
  const aligned = raw.byteOffset % 2 === 0 ? raw : new Uint8Array(raw);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, raw.byteLength / 2);
}

/** bfloat16 is the upper half of a float32. */
function widenBrain(raw: Uint8Array): Float32Array {
  const bits = Uint32Array.from(words(raw), (word) => word << 16);
  return new Float32Array(bits.buffer);
}

function widenHalf(raw: Uint8Array): Float32Array {
  return Float32Array.from(words(raw), (word) => {
    const sign = word & 0x8000 ? -1 : 1;
    const exponent = (word >> 10) & 31;
    const fraction = word & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
