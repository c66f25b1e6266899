import type { TraceEvent, TraceLine } from './read-xspace.js';

/** One run of one op. */
export interface OpSpan {
  /** Name of the node: scope, the state that it uses, op and number, joined by `/`. */
  readonly node: string;
  /** Type of the kernel, e.g. `Conv2D`, or oneDNN's `_MklNativeConv2D`. */
  readonly op: string;
  /** Place of the thread in `OpTrace.lines`. */
  readonly line: number;
  /** The compiled function that it belongs to; null: the input pipeline. */
  readonly within: string | null;
  /** Milliseconds since the start of the recording. */
  readonly startMs: number;
  readonly ms: number;
  /** `ms` without the ops that ran inside of it on the same thread. */
  readonly selfMs: number;
  /** e.g. `(float[64,32,32,16];float[3,3,16,16])`, or null where it was not recorded. */
  readonly inputs: string | null;
  /** Shapes of the outputs that it allocated, e.g. `[64,32,32,16]`; outputs that took over an input's memory are not among them. */
  readonly outputs: readonly string[];
}

type Open = { -readonly [N in keyof OpSpan]: OpSpan[N] } & { outputs: string[] };

/** Finds the ops among the events of all threads. */
export function collectOps(lines: readonly TraceLine[]): OpSpan[] {
  const functions = functionsByRun(lines);
  return lines.flatMap(({ events }, line) => opsOfLine(events, line, functions));
}

const isOp = ({ name, kind }: TraceEvent): boolean => kind !== '' && name.endsWith(`:${kind}`);
// TensorFlow puts the nodes of a function in place of its call, under the name of the call.
const CALL = /StatefulPartitionedCall_\d+\//g;
const FUNCTION = 'EagerLocalExecute: ';

/** The compiled function of each run id: the run is an event inside of the function's call. */
function functionsByRun(lines: readonly TraceLine[]): Map<unknown, string> {
  const result = new Map<unknown, string>();
  for (const { events } of lines)
    walk(events, (event, parents) => {
      if (event.name !== 'FunctionRun') return;
      const caller = parents.find(({ name }) => name.startsWith(FUNCTION));
      if (caller) result.set(event.stats['id'], caller.name.slice(FUNCTION.length));
    });
  return result;
}

function opsOfLine(events: readonly TraceEvent[], line: number, functions: ReadonlyMap<unknown, string>): OpSpan[] {
  const found = new Map<TraceEvent, Open>();
  walk(events, (event, parents) => {
    const outer = parents.findLast((parent) => found.has(parent));
    const parent = outer && found.get(outer)!;
    if (event.name === 'MemoryAllocation' && event.stats['region_type'] === 'output') {
      if (parent?.node === String(event.stats['tf_op']).replace(CALL, '')) parent?.outputs.push(String(event.stats['shape']));
    } else if (isOp(event)) {
      if (parent) parent.selfMs -= event.ms;
      const run = parents.findLast(({ name }) => name === 'ExecutorState::Process')?.stats['id'];
      found.set(event, openSpan(event, line, functions.get(run) ?? compiledByXla(event)));
    }
  });
  return [...found.values()];
}

/** What XLA compiled runs as one op with the name of the function. */
const compiledByXla = ({ kind }: TraceEvent): string | null => (kind.startsWith('mochi_') ? kind : null);

const openSpan = ({ name, kind, startMs, ms, stats }: TraceEvent, line: number, within: string | null): Open => ({
  node: name.slice(0, -kind.length - 1).replace(CALL, ''),
  op: kind,
  line,
  within,
  startMs,
  ms,
  selfMs: ms,
  inputs: typeof stats['shape'] === 'string' ? stats['shape'] : null,
  outputs: [],
});

const ROUNDING_MS = 1e-6;

/** Calls `visit` for every event with those that it lies within, outermost first. */
function walk(events: readonly TraceEvent[], visit: (event: TraceEvent, parents: readonly TraceEvent[]) => void): void {
  const open: TraceEvent[] = [];
  for (const event of events) {
    const end = event.startMs + event.ms - ROUNDING_MS;
    while (open.length > 0 && open.at(-1)!.startMs + open.at(-1)!.ms < end) open.pop();
    visit(event, open);
    if (event.ms > 0) open.push(event);
  }
}
