import { centre, nearestNeighbours, voteByClass, type Neighbours } from '@mochi/evaluators';
import type { Features } from '@mochi/contract';
import type { RunConfusion } from '@mochi/report';

/** Neighbours that are shown of a query, and those that vote for its class. */
export const SHOWN = 8;
const VOTERS = 20;
const TEMPERATURE = 0.07;
/** Classes of a confusion matrix at most: beyond it, those with the most errors. */
const MOST_CLASSES = 200;

/** The nearest of each row among the others, by cosine of features less their mean: what all images share says nothing. */
export async function nearestOthers(features: Features, signal?: AbortSignal): Promise<Neighbours> {
  const centred = centre(features);
  const exclude = Int32Array.from({ length: features.rows }, (_, row) => row);
  return nearestNeighbours(centred, centred, VOTERS, { exclude, ...(signal ? { signal } : {}) });
}

/** What a vote of the nearest others takes each labelled row for. Null without at least two classes. */
export function confusionOf({ labels, classes, rows }: Features, nearest: Neighbours): RunConfusion | null {
  if (!labels || nearest.k === 0) return null;
  const count = labels.reduce((most, label) => Math.max(most, label + 1), classes?.length ?? 0);
  const present = new Set(Array.from(labels).filter((label) => label >= 0));
  if (present.size < 2 || Array.from(nearest.indices).some((row) => labels[row]! < 0)) return null;
  const votes = voteByClass(nearest, labels, count, TEMPERATURE);
  const counts = new Map<number, Map<number, number>>();
  for (let row = 0; row < rows; row++) {
    if (labels[row]! < 0) continue;
    const taken = argmax(votes.subarray(row * count, (row + 1) * count));
    const of = counts.get(labels[row]!) ?? new Map<number, number>();
    counts.set(labels[row]!, of.set(taken, (of.get(taken) ?? 0) + 1));
  }
  const shown = [...present].sort((a, b) => a - b);
  const errors = (label: number): number => [...counts.get(label)!].reduce((sum, [to, many]) => sum + (to === label ? 0 : many), 0);
  const kept = shown.length <= MOST_CLASSES ? shown : [...shown].sort((a, b) => errors(b) - errors(a)).slice(0, MOST_CLASSES).sort((a, b) => a - b); // prettier-ignore
  return {
    classes: kept.map((label) => classes?.[label] ?? String(label)),
    counts: kept.map((label) => kept.map((to) => counts.get(label)!.get(to) ?? 0)),
    probe: `Vote of the ${nearest.k} nearest other images, weighted by exp(cosine / ${TEMPERATURE})${kept.length < shown.length ? `; the ${MOST_CLASSES} classes with the most errors` : ''}`, // prettier-ignore
  };
} // prettier-ignore

function argmax(values: Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}
