import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { evaluationEnd, runStart, stepEnd } from '@mochi/contract';

/** A value with the step that it was measured at. */
export interface Reading {
  readonly step: number;
  readonly value: number;
}

/** Readings of a run by metric: `loss`, metrics of the step, `evaluator/metric`. */
export type Curves = ReadonlyMap<string, readonly Reading[]>;

type Payload<E> = E extends { payload?: infer P } ? NonNullable<P> : never;
type Line =
  | ({ type: 'run-start' } & Payload<typeof runStart>)
  | ({ type: 'step-end' } & Payload<typeof stepEnd>)
  | ({ type: 'evaluation-end' } & Payload<typeof evaluationEnd>)
  | { type: 'other' };

/** The curves of a run folder; none where it has no events. */
export async function readCurves(runDir: string): Promise<Curves> {
  const text = await readFile(join(runDir, 'events.jsonl'), 'utf8').catch(() => '');
  return curvesOf(text.split('\n').flatMap(parseLine));
}

/** What an interrupted run wrote after its last checkpoint does not count: `run-start` says from where it was taken up. */
export function curvesOf(lines: readonly Line[]): Curves {
  const curves = new Map<string, Reading[]>();
  const add = (name: string, step: number, value: unknown): void => {
    if (typeof value !== 'number') return; // "NaN", "Infinity"
    curves.set(name, [...(curves.get(name) ?? []), { step, value }]);
  };
  for (const line of lines) {
    if (line.type === 'run-start')
      for (const [name, readings] of curves) curves.set(name, readings.filter(({ step }) => step <= (line.resumedFrom ?? -1))); // prettier-ignore
    if (line.type === 'step-end' && line.lossNats !== undefined) {
      add('loss', line.step, line.lossNats);
      for (const [name, value] of Object.entries(line.metrics ?? {})) add(name, line.step, value);
    }
    if (line.type === 'evaluation-end')
      for (const [name, { value }] of Object.entries(line.metrics)) add(`${line.evaluator}/${name}`, line.step, value);
  }
  return curves;
}

function parseLine(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return []; // empty, or cut short by a crash
  }
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
