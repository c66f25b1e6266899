import type { EvalContext, Features, Measured, Rng } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import { rowsOf } from '../src/features/rows.js';

/** Features of a split as the trainer gives them. */
export const features = (vectors: number[][], labels?: number[], ids?: number[]): Features => ({
  ...rowsOf(vectors),
  ids: Int32Array.from(ids ?? vectors.keys()),
  ...(labels ? { labels: Int32Array.from(labels) } : {}),
});

/** A context over given splits, which notes what was asked of it. */
export function contextOf(splits: Record<string, Features>, rng: Rng = createRng(1, 'test')): EvalContext & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    rng,
    splits: Object.keys(splits),
    heldOut: (labels = true) =>
      Promise.resolve(Object.keys(splits).find((name) => name !== 'train' && (!labels || splits[name]!.labels))),
    signal: new AbortController().signal,
    progress: { step: 0, epoch: 0, epochs: 0, stepsPerEpoch: 1, totalSteps: 1, filled: 0 },
    features: (split, options) => {
      asked.push([split, options]);
      const found = splits[split];
      return found ? Promise.resolve(found) : Promise.reject(new Error(`no split ${split}`));
    },
  };
}

/** Reproducible noise in [-1, 1), apart from the product's own streams. */
export function noise(seed = 1): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export const noiseRows = (rows: number, dim: number, seed = 1) => {
  const next = noise(seed);
  return { rows, dim, features: Float32Array.from({ length: rows * dim }, next) };
};

/** What was measured, without the intervals. */
export const valuesOf = (measured: Record<string, Measured>): Record<string, number> =>
  Object.fromEntries(Object.entries(measured).map(([name, one]) => [name, typeof one === 'number' ? one : one.value]));
