import type { Estimate, Rng } from '@mochi/contract';

export interface BootstrapOptions {
  /** Resamples. Default 1,000. */
  readonly resamples?: number;
  /** Probability that the interval is to cover. Default 0.95. */
  readonly level?: number;
}

/** Draws, resamples times samples, past which resamples become fewer: 50 million take about half a second. */
const MOST_DRAWS = 50_000_000;
const LEAST_RESAMPLES = 200;

/**
 * The mean of the values with a percentile bootstrap interval: samples are drawn with replacement, `resamples` times. It speaks of the samples
 * that were measured and of nothing else: seeds of training vary more.
 *
 * @param values One for each sample, at least one. @param rng Equal streams give equal intervals.
 * @see Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13
 */
export async function bootstrapMean(values: ArrayLike<number>, rng: Rng, options: BootstrapOptions = {}): Promise<Estimate> {
  const { resamples = 1000, level = 0.95 } = options;
  const n = values.length;
  const value = meanOf(values);
  if (n < 2) return { value, n };
  const draw = await uniformDraws(rng);
  const count = Math.max(LEAST_RESAMPLES, Math.min(resamples, Math.floor(MOST_DRAWS / n)));
  const means = Float64Array.from({ length: count }, () => {
    let total = 0;
    for (let at = 0; at < n; at++) total += values[Math.floor(draw() * n)]!;
    return total / n;
  }).sort();
  const tail = (1 - level) / 2;
  return { value, low: quantile(means, tail), high: quantile(means, 1 - tail), n };
}

/** Several means over the same samples, by name. */
export async function bootstrapMeans(
  values: Readonly<Record<string, ArrayLike<number>>>,
  rng: Rng,
): Promise<Record<string, Estimate>> {
  const estimates: Record<string, Estimate> = {};
  for (const [name, some] of Object.entries(values)) estimates[name] = await bootstrapMean(some, rng.fork(`bootstrap/${name}`));
  return estimates;
}

/** Float64; NaN of nothing. */
export function meanOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += values[at]!;
  return total / values.length;
}

/** Linear between the two nearest, as NumPy has it. @param sorted Ascending, at least one. @param share 0 to 1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** Uniform numbers in [0, 1) on the host, seeded by the stream: mulberry32. */
export async function uniformDraws(rng: Rng): Promise<() => number> {
  const seed = rng.integers([1], 2 ** 31 - 1);
  let state = (await seed.data())[0]! >>> 0;
  seed.dispose();
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
