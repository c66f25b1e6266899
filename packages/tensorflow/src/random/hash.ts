/** The increment of the counter: 2^32 / golden ratio, odd, so that it visits every 32-bit number. */
export const GOLDEN = 0x9e3779b9;
/** The multipliers of MurmurHash3's 32-bit finaliser. */
export const MIX_A = 0x85ebca6b;
export const MIX_B = 0xc2b2ae35;

/** 2^-24: turns 24 random bits into a float32 in [0, 1) without rounding. */
export const UNIT_24 = 2 ** -24;

/** MurmurHash3's 32-bit finaliser: a bijection in which every input bit reaches every output bit. @returns An unsigned 32-bit number. */
export function mix32(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), MIX_A);
  h = Math.imul(h ^ (h >>> 13), MIX_B);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hash of a sequence of 32-bit words; order and length count. @returns An unsigned 32-bit number. */
export const hashWords = (...words: number[]): number =>
  words.reduce((h, word) => mix32(Math.imul(h, 31) + mix32(word + GOLDEN)), mix32(words.length));

/** Hash of a text's UTF-8 bytes. @returns An unsigned 32-bit number. */
export const hashText = (text: string): number => hashWords(...new TextEncoder().encode(text));

/** A seed of up to 53 bits as two 32-bit words. */
export const seedWords = (seed: number): [low: number, high: number] => [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];

/** The 32-bit key of a stream: what sets one stream of a run apart from the next. */
export const streamKey = (seed: number, stream: string): number => hashWords(...seedWords(seed), hashText(stream));

/**
 * Number `index` of the sequence with the two-word key (a, b): a counter, keyed before and between the rounds. Two words, so that no two
 * sequences of a run are shifts of one another.
 *
 * @returns An unsigned 32-bit number.
 */
export function counterHash(a: number, b: number, index: number): number {
  const x = (Math.imul(index, GOLDEN) + a) | 0;
  return mix32(Math.imul(x ^ (x >>> 16), MIX_A) ^ b);
}
