import type { ProfileResult, TimePart } from '@mochi/mochi';
import type { OpRow } from '@mochi/tensorflow';
import { outColors } from './colors.js';

const MIB = 2 ** 20;
const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(7);

/** The report of `mochi profile` as text. @param rows Rows of each table of ops. */
export function formatProfile(result: ProfileResult, rows: number): string {
  const { start, step, parts, memory, ops, notes } = result;
  return [
    heading('start', 'once, before the run is at its pace'),
    `  config ${ms(start.configMs)}, TensorFlow ${ms(start.libraryMs)}, data and weights ${ms(start.partsMs)}, ` +
      `first batch ${ms(start.firstBatchMs)}, trace ${ms(start.traceMs)}, first step ${ms(start.firstStepMs)}`,
    heading('step', `of ${result.measured}, nothing recorded meanwhile`),
    `  mean ${ms(step.meanMs)}, p50 ${ms(step.p50Ms)}, p90 ${ms(step.p90Ms)}, p99 ${ms(step.p99Ms)}; ` +
      `${step.imagesPerSecond.toFixed(0)} images/s`,
    ...parts.map(formatPart),
    heading('memory', 'the most there was'),
    `  resident ${(memory.residentBytes / MIB).toFixed(0)} MiB` +
      Object.entries(memory.allocators)
        .map(([name, bytes]) => `, TensorFlow's ${name} ${(bytes / MIB).toFixed(0)} MiB`)
        .join(''),
    ...(ops ? formatOps(result, ops, rows) : []),
    ...notes.map((note) => `${outColors.yellow('note')} ${note}`),
  ].join('\n');
}

const heading = (word: string, more: string): string => `${outColors.bold(word)}  ${outColors.dim(more)}`;

function formatPart({ name, ms: each, share, eachMs, everySteps }: TimePart): string {
  const when = everySteps === null ? 'at the end' : `every ${everySteps} steps`;
  return `  ${each.toFixed(2).padStart(9)} ms ${percent(share)}  ${name}${eachMs === undefined ? '' : outColors.dim(`, ${ms(eachMs)} ${when}`)}`;
}

function formatOps(result: ProfileResult, ops: NonNullable<ProfileResult['ops']>, rows: number): string[] {
  const table = (title: string, all: readonly OpRow[], withShapes = false): string[] => [
    heading(title, `runs and milliseconds of a thread for each step`),
    ...all.slice(0, rows).map((row) => formatRow(row, withShapes)),
    ...(all.length > rows ? [outColors.dim(`  and ${all.length - rows} more`)] : []),
  ];
  return [
    heading('ops', `of ${result.traced} steps with every op recorded, ${slowdownText(ops.slowdown)}`),
    ...table('by scope', ops.byScope),
    ...table('by type', ops.byType),
    ...table('by node', ops.byNode, true),
  ];
}

/** Below 1 recording costs less than steps differ among themselves. */
const slowdownText = (slowdown: number): string =>
  slowdown > 1 ? `which took ${slowdown.toFixed(2)} times as long` : 'which was no slower than steps differ among themselves';

function formatRow({ name, part, op, count, ms: each, share, shapes }: OpRow, withShapes: boolean): string {
  const figures = `${count.toFixed(count < 10 ? 1 : 0).padStart(7)} ${each.toFixed(2).padStart(9)} ms ${percent(share)}`;
  return `  ${figures}  ${part.padEnd(10)} ${name}${withShapes ? outColors.dim(` ${op} ${shapes ?? ''}`) : ''}`;
}
