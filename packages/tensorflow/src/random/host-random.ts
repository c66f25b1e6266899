import { counterHash, hashWords, streamKey } from './hash.js';

/** Random numbers on the host: for the order of samples and for nothing that runs inside a step. */
export interface HostRandom {
  /** The next number, uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** The next integer, uniform in [0, max), max <= 2^32. */
  integer(max: number): number;
  /** The integers [0, length) in random order. */
  permutation(length: number): Int32Array;
}

/**
 * A stream of random numbers in plain JavaScript: the same seed and stream give the same numbers on every machine.
 *
 * @param seed An integer of up to 53 bits.
 * @param stream A name, e.g. `order/epoch-3`.
 */
export function hostRandom(seed: number, stream: string): HostRandom {
  const key = streamKey(seed, stream);
  const [a, b] = [hashWords(key, 1), hashWords(key, 2)];
  let index = 0;
  const uniform = (): number => counterHash(a, b, index++) / 2 ** 32;
  const integer = (max: number): number => Math.floor(uniform() * max);
  const permutation = (length: number): Int32Array => {
    const order = Int32Array.from({ length }, (_, at) => at);
    for (let last = length - 1; last > 0; last--) {
      const other = integer(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!]; // both are below length
    }
    return order;
  };
  return { uniform, integer, permutation };
}
