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
  const calls = callsOfFunctions(lines);
  return lines.flatMap(({ events }, line) => opsOfLine(events, line, calls));
}

const isOp = ({ name, kind }: TraceEvent): boolean => kind !== '' && name.endsWith(`:${kind}`);
// TensorFlow puts the nodes of a function in place of its call, under the name of the call.
const CALL = /StatefulPartitionedCall_\d+\//g;
const FUNCTION = 'EagerLocalExecute: ';

/** The compiled functions that ran: by id of the run, and when they were called. */
interface Calls {
  readonly byRun: ReadonlyMap<unknown, string>;
  readonly all: readonly { readonly name: string; readonly startMs: number; readonly endMs: number }[];
}

/** Finds the calls of compiled functions; a run is an event inside of its call. */
function callsOfFunctions(lines: readonly TraceLine[]): Calls {
  const byRun = new Map<unknown, string>();
  const all: { name: string; startMs: number; endMs: number }[] = [];
  for (const { events } of lines)
    walk(events, (event, parents) => {
      if (event.name !== 'FunctionRun') return;
      const caller = parents.find(({ name }) => name.startsWith(FUNCTION));
      if (!caller) return;
      const name = caller.name.slice(FUNCTION.length);
      byRun.set(event.stats['id'], name);
      all.push({ name, startMs: caller.startMs, endMs: caller.startMs + caller.ms });
    });
  return { byRun, all };
}

/**
 * The compiled function that an op belongs to, by the executor's event around it. That of the last run may be missing: it ends a little after the
 * run, perhaps after the recording. Then it is the call that was under way, where there was one only.
 */
function functionOf({ startMs, ms }: TraceEvent, parents: readonly TraceEvent[], { byRun, all }: Calls): string | undefined {
  const executor = parents.findLast(({ name }) => name === 'ExecutorState::Process');
  if (executor) return byRun.get(executor.stats['id']);
  const underWay = all.filter((call) => call.startMs <= startMs && startMs + ms <= call.endMs);
  return underWay.length === 1 ? underWay[0]!.name : undefined;
}

function opsOfLine(events: readonly TraceEvent[], line: number, calls: Calls): OpSpan[] {
  const found = new Map<TraceEvent, Open>();
  walk(events, (event, parents) => {
    const outer = parents.findLast((parent) => found.has(parent));
    const parent = outer && found.get(outer)!;
    if (event.name === 'MemoryAllocation' && event.stats['region_type'] === 'output') {
      if (parent?.node === String(event.stats['tf_op']).replace(CALL, '')) parent?.outputs.push(String(event.stats['shape']));
    } else if (isOp(event)) {
      if (parent) parent.selfMs -= event.ms;
      found.set(event, openSpan(event, line, functionOf(event, parents, calls) ?? compiledByXla(event)));
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
