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
  /** Median of ours / peer in processor time for the same work: other people's load hardly changes it. Null where it is not known. */
  readonly processorRatio: number | null;
}

/** Ours and the peer in turn, who begins alternating; each pair gives a ratio, so that a machine that slows down slows both. */
export async function runPairs(
  ours: Child,
  peer: Child,
  { pairs, settle, count }: PairOptions,
  value: (turn: Turn) => number,
): Promise<Compared> {
  const turns: Record<'ours' | 'peer', Turn[]> = { ours: [], peer: [] };
  for (let at = 0; at < pairs; at++) {
    const both = [['ours', ours], ['peer', peer]] as const; // prettier-ignore
    for (const [name, side] of at % 2 === 0 ? both : both.toReversed()) {
      if (settle > 0) await side.turn(settle);
      turns[name].push(await side.turn(count));
    }
  }
  return { ...compare(turns.ours.map(value), turns.peer.map(value)), processorRatio: processorRatio(turns.ours, turns.peer) };
}

/** @param ours One value a pair. @param peer Likewise. */
export function compare(ours: readonly number[], peer: readonly number[]): Compared {
  const ratios = ours.map((value, at) => value / peer[at]!);
  return { ours: median(ours), peer: median(peer), ratio: median(ratios), spread: spread(ratios), processorRatio: null };
}

function processorRatio(ours: readonly Turn[], peer: readonly Turn[]): number | null {
  const ratios = ours.map((turn, at) => perImage(turn) / perImage(peer[at]!));
  return ratios.every(Number.isFinite) ? median(ratios) : null;
}

const perImage = ({ processor, images }: Turn): number => (processor ?? NaN) / images;

export const perSecond = ({ seconds, images }: Turn): number => images / seconds;
