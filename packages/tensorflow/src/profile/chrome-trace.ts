import type { OpTrace } from './record-ops.js';
import type { TraceEvent, TraceLine } from './read-xspace.js';

/** Something that the host did, on the clock of `performance.now()`. */
export interface HostSpan {
  readonly name: string;
  readonly startMs: number;
  readonly ms: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

/** An event of the Chrome trace format: `X` something with a duration, `M` the name of a process or thread. */
export interface ChromeEvent {
  readonly ph: 'X' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds since the first event. */
  readonly ts: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A file that chrome://tracing and Perfetto (ui.perfetto.dev) open. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly ChromeEvent[];
}

const HOST = 1;

/** What the host and TensorFlow did, on one axis of time: the host's spans above, then each thread and stream of TensorFlow. */
export function chromeTrace(host: readonly HostSpan[], trace: OpTrace | null): ChromeTrace {
  const planes = [...new Set(trace?.lines.map(({ plane }) => plane))];
  const lines = (trace?.lines ?? []).map((line, at) => ({ line, pid: HOST + 1 + planes.indexOf(line.plane), tid: at + 1 }));
  const names = [
    named('process_name', HOST, 0, 'training loop'),
    named('thread_name', HOST, 1, 'host'),
    ...planes.map((plane, at) => named('process_name', HOST + 1 + at, 0, `TensorFlow ${plane}`)),
    ...lines.map(({ line, pid, tid }) => named('thread_name', pid, tid, line.name.replace(/\/-?\d+$/, ''))),
  ];
  const spans = [
    ...host.map(({ name, startMs, ms, args }) => ({ name, cat: 'host', pid: HOST, tid: 1, startMs, ms, args })),
    ...lines.flatMap(({ line, pid, tid }) => spansOf(line, trace!.startedMs).map((span) => ({ ...span, pid, tid }))),
  ].sort((a, b) => a.startMs - b.startMs);
  const first = spans[0]?.startMs ?? 0;
  const events = spans.map(({ startMs, ms, args, ...rest }): ChromeEvent => ({
    ph: 'X',
    ...rest,
    ts: micros(startMs - first),
    dur: micros(ms),
    ...(args ? { args } : {}),
  }));
  return { displayTimeUnit: 'ms', traceEvents: [...names, ...events] };
}

const named = (name: string, pid: number, tid: number, value: string): ChromeEvent => ({
  ph: 'M',
  name,
  pid,
  tid,
  ts: 0,
  args: { name: value },
});

const micros = (ms: number): number => Math.round(ms * 1e6) / 1e3;

const spansOf = ({ events }: TraceLine, startedMs: number) =>
  events.filter(({ ms }) => ms > 0).map((event) => ({ ...spanOf(event), startMs: startedMs + event.startMs, ms: event.ms }));

const spanOf = ({ name, kind, stats }: TraceEvent): { name: string; cat: string; args?: Record<string, string> } =>
  kind !== '' && name.endsWith(`:${kind}`)
    ? { name: name.slice(0, -kind.length - 1), cat: kind, args: { op: kind, inputs: String(stats['shape'] ?? '') } }
    : { name, cat: 'runtime' };
