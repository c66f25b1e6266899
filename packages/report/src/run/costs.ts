import { numberOf, recordOf, type EventLine } from './events.js';

/** Where the time of a run went. Seconds. */
export interface Costs {
  readonly parts: Readonly<Record<string, number>>;
  /** Median of a step, milliseconds, the first fifth left out; null where no step is known. */
  readonly stepMs: number | null;
  readonly imagesPerSecond: number | null;
}

/** Names of the parts in the order in which they are drawn. */
export const COST_PARTS = ['step', 'wait for data', 'tracing', 'hooks', 'reading metrics', 'rest of the loop', 'evaluators', 'checkpoints', 'filling banks'] as const; // prettier-ignore
type Part = (typeof COST_PARTS)[number];

/** Sums over a run. Events of versions that did not take a step apart count as `step`. */
export function costsOf(lines: readonly EventLine[]): Costs {
  const parts = Object.fromEntries(COST_PARTS.map((part) => [part, 0])) as Record<Part, number>;
  const steps: { ms: number; images: number }[] = [];
  for (const line of lines) {
    const seconds = numberOf(line['seconds']) ?? 0;
    if (line.type === 'step-end') addStep(line, parts, steps);
    if (line.type === 'evaluation-end' || line.type === 'evaluation-failed') parts.evaluators += seconds;
    if (line.type === 'checkpoint-saved') parts.checkpoints += seconds;
    if (line.type === 'bank-filled') parts['filling banks'] = Math.max(parts['filling banks'], seconds); // of all banks together
  }
  const settled = steps.slice(Math.floor(steps.length / 5));
  const times = settled.map(({ ms }) => ms).sort((a, b) => a - b);
  const stepMs = times[times.length >> 1] ?? null;
  const images = settled.reduce((sum, step) => sum + step.images, 0) / Math.max(1, settled.length);
  return { parts, stepMs, imagesPerSecond: stepMs === null || images === 0 ? null : (1000 * images) / stepMs };
}

function addStep(line: EventLine, parts: Record<Part, number>, steps: { ms: number; images: number }[]): void {
  const ms = numberOf(line['stepMs']);
  if (ms === undefined) return;
  steps.push({ ms, images: numberOf(line['images']) ?? 0 });
  const times = recordOf(line['times']);
  const waitMs = numberOf(line['waitMs']) ?? 0;
  const { traceMs = 0, runMs, hooksMs = 0, readMs = 0 } = Object.fromEntries(Object.entries(times).map(([name, value]) => [name, numberOf(value)])) as Record<string, number | undefined>; // prettier-ignore
  const known = waitMs + traceMs + hooksMs + readMs;
  const step = runMs ?? Math.max(0, ms - known);
  const all: [Part, number][] = [['step', step], ['wait for data', waitMs], ['tracing', traceMs], ['hooks', hooksMs], ['reading metrics', readMs], ['rest of the loop', Math.max(0, ms - known - step)]]; // prettier-ignore
  for (const [part, value] of all) parts[part] += value / 1000;
}
