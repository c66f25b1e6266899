import type { OpSpan } from './collect-ops.js';

/** A row of the table of ops. */
export interface OpRow {
  /** Type of op, name of node, or scope. */
  readonly name: string;
  /** The compiled function, or `input` for the input pipeline. */
  readonly part: string;
  /** Type of the kernel; of several, the one that takes longest. */
  readonly op: string;
  /** Runs for each step. */
  readonly count: number;
  /** Milliseconds of a thread for each step. Ops run side by side, so the sum over all rows may exceed the time of a step. */
  readonly ms: number;
  /** Share of all rows, 0 to 1. */
  readonly share: number;
  /** Shapes of inputs and outputs where all runs agree, else null. */
  readonly shapes: string | null;
}

export interface OpTables {
  readonly byType: readonly OpRow[];
  readonly byNode: readonly OpRow[];
  readonly byScope: readonly OpRow[];
}

/** Part of ops that belong to no compiled function. */
export const INPUT = 'input';

/** Tables of ops, most expensive first. @param steps Training steps that were recorded. */
export function summariseOps(ops: readonly OpSpan[], steps: number): OpTables {
  const by = (name: (op: OpSpan) => string) => table(ops, steps, name);
  return { byType: by(({ op }) => op), byNode: by(({ node }) => node), byScope: by(scopeOf) };
}

/** The first scope of a node's name; in the input pipeline, whose functions call each other, all of them. */
function scopeOf({ node, within }: OpSpan): string {
  const end = within === null ? node.lastIndexOf('/') : node.indexOf('/');
  return end < 0 ? 'other' : node.slice(0, end);
}

const partOf = ({ within }: OpSpan): string => (within === null ? INPUT : within.replace(/^mochi_/, '').replace(/_\d+$/, ''));

function table(ops: readonly OpSpan[], steps: number, nameOf: (op: OpSpan) => string): OpRow[] {
  const groups = new Map<string, OpSpan[]>();
  for (const op of ops) {
    const key = `${partOf(op)} ${nameOf(op)}`;
    const group = groups.get(key);
    if (group) group.push(op);
    else groups.set(key, [op]);
  }
  const total = sumOf(ops);
  return [...groups.values()]
    .map((group) => ({
      name: nameOf(group[0]!),
      part: partOf(group[0]!),
      op: group.reduce((longest, op) => (op.selfMs > longest.selfMs ? op : longest)).op,
      count: group.length / steps,
      ms: sumOf(group) / steps,
      share: total > 0 ? sumOf(group) / total : 0,
      shapes: commonShapes(group),
    }))
    .sort((a, b) => b.ms - a.ms);
}

const sumOf = (ops: readonly OpSpan[]): number => ops.reduce((sum, { selfMs }) => sum + selfMs, 0);

function commonShapes(ops: readonly OpSpan[]): string | null {
  const shapes = new Set(ops.map(shapesOf));
  return shapes.size === 1 ? [...shapes][0]! : null;
}

const shapesOf = ({ inputs, outputs }: OpSpan): string | null =>
  inputs === null ? null : `${inputs.slice(1, -1).replaceAll(';', ' ')}${outputs.length > 0 ? ` -> ${outputs.join(' ')}` : ''}`;
