/** A function and its gradient at a point. */
export interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface MinimiseOptions {
  readonly iterations: number;
  /** Ends where no entry of the gradient is larger. Default 1e-5: about what float32 gradients resolve. */
  readonly tolerance?: number;
  /** Pairs of steps and gradient changes that stand for the curvature. Default 10. */
  readonly history?: number;
}

/** Of Armijo and of Wolfe: a step must keep this share of the slope's promise, and flatten the slope to that share. */
const [DECREASE, FLATTEN] = [1e-4, 0.9];
const MOST_TRIES = 20;

/**
 * L-BFGS with a bisecting line search for the weak Wolfe conditions, in float64. For smooth functions without bounds.
 *
 * @returns The best point found: a minimum where the function is convex and the iterations suffice.
 * @see Nocedal and Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5
 */
export async function minimise(
  at: (x: Float64Array) => Promise<Evaluated>,
  start: Float64Array,
  { iterations, tolerance = 1e-5, history = 10 }: MinimiseOptions,
): Promise<Float64Array> {
  let [x, here] = [start, await at(start)];
  const memory: Pair[] = [];
  for (let round = 0; round < iterations && largest(here.gradient) > tolerance; round++) {
    let direction = directionFrom(memory, here.gradient);
    let slope = dot(direction, here.gradient);
    if (slope >= 0) {
      memory.length = 0; // rounding has spoilt the curvature: start again from steepest descent
      direction = here.gradient.map((value) => -value);
      slope = dot(direction, here.gradient);
    }
    const first = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const next = await search(at, x, here, direction, slope, first);
    if (!next) break; // no step makes it smaller: as far as the arithmetic goes
    const step = next.x.map((value, d) => value - x[d]!);
    const change = next.here.gradient.map((value, d) => value - here.gradient[d]!);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) memory.push({ step, change, curvature });
    if (memory.length > history) memory.shift();
    [x, here] = [next.x, next.here];
  }
  return x;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** Two-loop recursion: minus the inverse curvature times the gradient. */
function directionFrom(memory: readonly Pair[], gradient: Float64Array): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares = memory.map(() => 0);
  for (let at = memory.length - 1; at >= 0; at--) {
    const { step, change, curvature } = memory[at]!;
    shares[at] = dot(step, direction) / curvature;
    addScaled(direction, change, -shares[at]!);
  }
  const last = memory.at(-1);
  const scale = last ? last.curvature / dot(last.change, last.change) : 1;
  for (let d = 0; d < direction.length; d++) direction[d]! *= scale;
  memory.forEach(({ step, change, curvature }, at) =>
    addScaled(direction, step, shares[at]! - dot(change, direction) / curvature),
  );
  return direction;
}

/** A step length that meets both conditions, between those too short and those too long; at worst one that makes the value smaller. */
async function search(
  at: (x: Float64Array) => Promise<Evaluated>,
  x: Float64Array,
  here: Evaluated,
  direction: Float64Array,
  slope: number,
  first: number,
): Promise<{ x: Float64Array; here: Evaluated } | null> {
  let [low, high, length] = [0, Infinity, first];
  let best: { x: Float64Array; here: Evaluated } | null = null;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const trial = x.map((value, d) => value + length * direction[d]!);
    const there = await at(trial);
    const fell = there.value <= here.value + DECREASE * length * slope;
    if (fell && (best === null || there.value < best.here.value)) best = { x: trial, here: there };
    if (!fell) high = length;
    else if (dot(there.gradient, direction) < FLATTEN * slope) low = length;
    else return { x: trial, here: there };
    length = high === Infinity ? 2 * length : (low + high) / 2;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let d = 0; d < a.length; d++) total += a[d]! * b[d]!;
  return total;
}

function addScaled(to: Float64Array, from: Float64Array, scale: number): void {
  for (let d = 0; d < to.length; d++) to[d]! += scale * from[d]!;
}

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
