import type { RunEvent } from '@mochi/contract';

/**
 * An event as one line of JSON, newline included. JSON has no NaN: numbers that are not finite become the strings "NaN", "Infinity" and
 * "-Infinity", so that a diverged loss does not look like a missing one. An event that cannot be written (a cycle) keeps its type and time.
 */
export function toJsonLine(event: RunEvent): string {
  try {
    return `${JSON.stringify(event, replace)}\n`;
  } catch (error) {
    return `${JSON.stringify({ type: event.type, time: event.time, notWritten: error instanceof Error ? error.message : String(error) })}\n`;
  }
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as unknown as ArrayLike<number>);
  return value;
}
