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
  /** Ends of the 95 % interval of Student's t on the pairs; null below three of them, or where they have no spread: then it says nothing. */
  readonly low: number | null;
  readonly high: number | null;
  /** Whether the pairs tell the two apart: there is an interval, it leaves 0 out, and the difference is one that the metric can show. */
  readonly resolved: boolean;
  /** Why they do not, in words; null where they do. */
  readonly reason: string | null;
  /** Seeds that would resolve a difference of this size and spread; null where that is not known, or more than a thousand. */
  readonly seedsNeeded: number | null;
}

const CONFIDENCE = 0.95;
const MOST_SEEDS = 1000;
/** Two pairs have an interval too: one of 12.7 standard errors to each side, which is drawn from a single distance. */
const LEAST_PAIRS = 3;
/** Differences of equal numbers, as far as float64 goes. */
const ROUNDING = 1e-12;

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
 * @param values, baseline By seed. @param resolution The least difference that the metric can show: what one test image makes. Default 0.
 * @returns Null where they have no seed in common.
 */
export function pairedDifference(
  values: ReadonlyMap<string, number>,
  baseline: ReadonlyMap<string, number>,
  resolution = 0,
): Difference | null {
  const pairs = [...values].flatMap(([seed, value]) => (baseline.has(seed) ? [value - baseline.get(seed)!] : []));
  const of = estimate(pairs);
  if (!of) return null;
  const deviation = of.deviation ?? 0;
  const scale = Math.max(...values.values(), ...baseline.values(), 0) - Math.min(...values.values(), ...baseline.values(), 0);
  const hasInterval = pairs.length >= LEAST_PAIRS && deviation > ROUNDING * scale;
  const half = hasInterval ? halfWidth(deviation, pairs.length) : null;
  const ends = half === null ? { low: null, high: null } : { low: of.mean - half, high: of.mean + half };
  const needed = deviation > ROUNDING * scale ? seedsNeeded(of.mean, deviation) : null;
  const reason = objection({ ...of, ...ends, pairs }, resolution, needed);
  return { ...of, pairs, ...ends, resolved: reason === null, reason, seedsNeeded: needed };
}

/** Why the pairs do not tell the two apart; null where they do. */
function objection(
  { mean, pairs, low, high }: Pick<Difference, 'mean' | 'pairs' | 'low' | 'high'>,
  resolution: number,
  needed: number | null,
): string | null {
  if (pairs.length < LEAST_PAIRS) return `${pairs.length} ${pairs.length === 1 ? 'pair' : 'pairs'}, ${LEAST_PAIRS} needed`;
  if (low === null || high === null) return 'no spread among the pairs';
  if (Math.abs(mean) < resolution) return `less than one test image (${Number(resolution.toPrecision(3))})`;
  if (low > 0 || high < 0) return null;
  return needed === null
    ? 'the interval holds 0'
    : `the interval holds 0; ~${needed} seeds would do if the difference is as large as it seems`;
}

function seedsNeeded(mean: number, deviation: number): number | null {
  for (let n = LEAST_PAIRS; n <= MOST_SEEDS; n++) if (halfWidth(deviation, n) < Math.abs(mean)) return n;
  return null;
}
