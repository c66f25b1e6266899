import { join } from 'node:path';
import { FRAMEWORK_NAME } from '../library/pinned.js';
import { running } from '../runtime/runtime.js';
import { collectOps, type OpSpan } from './collect-ops.js';
import { NativeProfiler } from './native-profiler.js';
import { readXSpace, type TraceLine } from './read-xspace.js';

/** What TensorFlow did while it was recorded, on all of its threads: compiled functions and input pipelines. */
export interface OpTrace {
  /** The start, on the clock of `performance.now()`. */
  readonly startedMs: number;
  readonly lines: readonly TraceLine[];
  readonly ops: readonly OpSpan[];
  /** Most bytes that each of TensorFlow's allocators held at a time since the start of the process, of those that were used meanwhile. oneDNN's counts blocks from 256 KiB. */
  readonly peakBytes: Readonly<Record<string, number>>;
}

export interface OpRecording {
  /** Ends the recording and reads it: takes some ten milliseconds for each step. */
  stop(): OpTrace;
}

/**
 * Records every op that TensorFlow runs in this process, with its times, shapes and thread, until `stop`. It slows what runs meanwhile and
 * keeps some hundred bytes for each op, so record a few steps. When nothing records it costs nothing.
 *
 * @throws MOCHI_PROFILER_MISSING when this TensorFlow lacks the profiler. MOCHI_PROFILER_BUSY when it records already.
 */
export function recordOps(): OpRecording {
  const profiler = NativeProfiler.start(join(running().info.libraryDir, FRAMEWORK_NAME));
  const startedMs = performance.now();
  return {
    stop() {
      const lines = readXSpace(profiler.stop());
      return { startedMs, lines, ops: collectOps(lines), peakBytes: peaksOf(lines) };
    },
  };
}

function peaksOf(lines: readonly TraceLine[]): Record<string, number> {
  const peaks: Record<string, number> = {};
  for (const { events } of lines)
    for (const { name, stats } of events) {
      if (name !== 'MemoryAllocation') continue;
      const allocator = String(stats['allocator_name']);
      peaks[allocator] = Math.max(peaks[allocator] ?? 0, Number(stats['peak_bytes_in_use']));
    }
  return peaks;
}
