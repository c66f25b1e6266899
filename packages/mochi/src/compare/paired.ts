import jstat from 'jstat';

/** Mean over seeds, with their standard deviation where there are two or more. */
export interface Estimate {
  readonly mean: number;
  readonly deviation: number | null;
}

/** How a variant differs from the baseline: the mean of the differences of runs of the same seed. */
export interface Difference extends Estimate {
  /** The differences, in the order of the seeds. */
  readonly pairs: readonly number[];
  /** Ends of the 95 % interval of Student's t on the pairs; null below two of them. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether the interval leaves 0 out: so many seeds tell the two apart. Null below two pairs. */
  readonly resolved: boolean | null;
  /** Seeds that would resolve a difference of this size and spread; null where that is not known, or more than a thousand. */
  readonly seedsNeeded: number | null;
}

const CONFIDENCE = 0.95;
const MOST_SEEDS = 1000;

export function estimate(values: readonly number[]): Estimate | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Half of the interval of a mean of n values: t times the standard error. @param n At least 2. */
const halfWidth = (deviation: number, n: number): number =>
  (jstat.studentt.inv(1 - (1 - CONFIDENCE) / 2, n - 1) * deviation) / Math.sqrt(n);

/**
 * The difference of two variants over the seeds that both have. Runs of one seed share order of data, draws and, where `sameStart` says so,
 * initial weights, so what the seed does to both falls out of the difference.
 *
 * @param values, baseline By seed. @returns Null where they have no seed in common.
 */
export function pairedDifference(values: ReadonlyMap<string, number>, baseline: ReadonlyMap<string, number>): Difference | null {
  const pairs = [...values].flatMap(([seed, value]) => (baseline.has(seed) ? [value - baseline.get(seed)!] : []));
  const of = estimate(pairs);
  if (!of) return null;
  if (of.deviation === null) return { ...of, pairs, low: null, high: null, resolved: null, seedsNeeded: null };
  const half = halfWidth(of.deviation, pairs.length);
  const [low, high] = [of.mean - half, of.mean + half];
  return { ...of, pairs, low, high, resolved: low > 0 || high < 0, seedsNeeded: seedsNeeded(of.mean, of.deviation) };
}

function seedsNeeded(mean: number, deviation: number): number | null {
  for (let n = 2; n <= MOST_SEEDS; n++) if (halfWidth(deviation, n) < Math.abs(mean)) return n;
  return null;
}
