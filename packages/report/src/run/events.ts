/** Events as files have them: of this version or an older one, so that every field may be missing. Not-finite numbers are strings there. */
export type EventLine = Readonly<Record<string, unknown>> & { readonly type: string };

/** A value with the step that it was measured at. */
export interface Reading {
  readonly step: number;
  readonly value: number;
  /** Ends of its 95 % interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
}

/** Readings by metric: `loss`, metrics of the step, `evaluator/metric`. */
export type Curves = ReadonlyMap<string, readonly Reading[]>;

/** What an evaluator measured at some step. */
export interface Result {
  readonly value: number;
  readonly unit: string;
  readonly better?: 'higher' | 'lower';
  /** Ends of its 95 % interval, where it has one. */
  readonly low?: number;
  readonly high?: number;
  /** Samples that it is an average over, where that is known. */
  readonly n?: number;
}

/** @returns The lines, and how many could not be read: a crash may cut the last one short. */
export function parseLines(text: string): { readonly lines: readonly EventLine[]; readonly broken: number } {
  const lines: EventLine[] = [];
  let broken = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      const event = JSON.parse(line) as EventLine;
      if (typeof event?.type === 'string') lines.push(event);
      else broken++;
    } catch {
      broken++;
    }
  }
  return { lines, broken };
}

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** What counts of the lines: an interrupted run wrote some after its last checkpoint, and `run-start` says from where it was taken up. */
export function linesThatCount(lines: readonly EventLine[]): readonly EventLine[] {
  let kept: EventLine[] = [];
  for (const line of lines) {
    if (line.type === 'run-start') {
      const from = numberOf(line['resumedFrom']) ?? -1;
      kept = kept.filter(({ step }) => (numberOf(step) ?? 0) <= from);
    }
    kept.push(line);
  }
  return kept;
}

/** The curves that lines hold. */
export function curvesOf(given: readonly EventLine[]): Curves {
  const curves = new Map<string, Reading[]>();
  const add = (name: string, step: number, given: unknown, { low, high }: Readonly<Record<string, unknown>> = {}): void => {
    const value = numberOf(given);
    if (value === undefined) return; // "NaN", "Infinity"
    const readings = curves.get(name) ?? [];
    if (readings.length === 0) curves.set(name, readings);
    if (readings.at(-1)?.step === step) readings.pop(); // measured twice at a step: at the end of an epoch and of the run
    const interval = numberOf(low) !== undefined && numberOf(high) !== undefined ? { low: numberOf(low)!, high: numberOf(high)! } : {}; // prettier-ignore
    readings.push({ step, value, ...interval });
  };
  for (const line of linesThatCount(given)) {
    const step = numberOf(line['step']);
    if (step === undefined) continue;
    if (line.type === 'step-end' && line['lossNats'] !== undefined) {
      add('loss', step, line['lossNats']);
      add('rate', step, line['rate']);
      for (const [name, value] of Object.entries(recordOf(line['metrics']))) add(name, step, value);
    }
    if (line.type === 'epoch-end') for (const name of ['imagesPerSecond', 'skipped']) add(name, step, line[name]);
    if (line.type === 'evaluation-end')
      for (const [name, measured] of Object.entries(recordOf(line['metrics'])))
        add(`${String(line['evaluator'])}/${name}`, step, recordOf(measured)['value'], recordOf(measured));
  }
  for (const readings of curves.values()) readings.sort((a, b) => a.step - b.step); // an older checkpoint may be measured later
  return curves;
}

/** Share of the steps at the end that a metric of the step is averaged over: one batch says little. */
const END_SHARE = 0.2;

/** Where a run ended up: the last value of an evaluator's metric, the mean over the last fifth of the steps of any other. */
export function finalValue(curves: Curves, name: string): number | null {
  const readings = curves.get(name) ?? [];
  const last = readings.at(-1);
  if (!last) return null;
  if (name.includes('/')) return last.value;
  const end = readings.filter(({ step }) => step > last.step * (1 - END_SHARE));
  return end.reduce((sum, { value }) => sum + value, 0) / end.length;
}
