import type { Child, Turn } from './child.js';
import { median, spread } from './statistics.js';

export interface PairOptions {
  /** Pairs of turns. */
  readonly pairs: number;
  /** Units of work at the start of each turn that are not timed: buffers fill and caches warm while the other side rested. */
  readonly settle: number;
  /** Units of work that are timed. */
  readonly count: number;
}

export interface Compared {
  /** Medians over the pairs. */
  readonly ours: number;
  readonly peer: number;
  /** Median of ours / peer within each pair. */
  readonly ratio: number;
  readonly spread: [number, number];
}

/** Ours and the peer in turn, who begins alternating; each pair gives a ratio, so that a machine that slows down slows both. */
export async function runPairs(
  ours: Child,
  peer: Child,
  { pairs, settle, count }: PairOptions,
  value: (turn: Turn) => number,
): Promise<Compared> {
  const values: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] };
  for (let at = 0; at < pairs; at++) {
    const both = [['ours', ours], ['peer', peer]] as const; // prettier-ignore
    for (const [name, side] of at % 2 === 0 ? both : both.toReversed()) {
      if (settle > 0) await side.turn(settle);
      values[name].push(value(await side.turn(count)));
    }
  }
  return compare(values.ours, values.peer);
}

/** @param ours One value a pair. @param peer Likewise. */
export function compare(ours: readonly number[], peer: readonly number[]): Compared {
  const ratios = ours.map((value, at) => value / peer[at]!);
  return { ours: median(ours), peer: median(peer), ratio: median(ratios), spread: spread(ratios) };
}

export const perSecond = ({ seconds, images }: Turn): number => images / seconds;
