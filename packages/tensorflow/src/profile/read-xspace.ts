import { fields, text } from '../native/protobuf.js';

/** Something that happened on a thread. Times in milliseconds since the start of the recording. */
export interface TraceEvent {
  readonly name: string;
  /** The short name: of an op, its type. Empty for what is no op. */
  readonly kind: string;
  readonly startMs: number;
  /** 0 for what has no duration. */
  readonly ms: number;
  readonly stats: Readonly<Record<string, string | number>>;
}

/** A thread of the host, or a stream of a device, with its events in the order of their starts, outer ones before inner ones. */
export interface TraceLine {
  /** `/host:CPU`, `/device:GPU:0`, ... */
  readonly plane: string;
  readonly name: string;
  readonly events: readonly TraceEvent[];
}

/** Reads TensorFlow's message XSpace { 1: planes }: threads with their events. */
export function readXSpace(bytes: Uint8Array): TraceLine[] {
  return [...fields(bytes)].filter(({ number }) => number === 1).flatMap(({ value }) => readPlane(value as Uint8Array));
}

interface Names {
  readonly name: string;
  readonly kind: string;
}

/** message XPlane { 2: name, 3: lines, 4: event_metadata, 5: stat_metadata }; the last two are maps by number. */
function readPlane(bytes: Uint8Array): TraceLine[] {
  let plane = '';
  const lines: Uint8Array[] = [];
  const events = new Map<number, Names>();
  const stats = new Map<number, Names>();
  for (const { number, value } of fields(bytes)) {
    if (number === 2) plane = text(value);
    else if (number === 3) lines.push(value as Uint8Array);
    else if (number === 4) readMetadata(value as Uint8Array, events);
    else if (number === 5) readMetadata(value as Uint8Array, stats);
  }
  return lines.map((line) => ({ plane, ...readLine(line, events, stats) }));
}

/** An entry of a map { 1: key, 2: message XEventMetadata or XStatMetadata { 2: name, 4: display_name } }. */
function readMetadata(bytes: Uint8Array, into: Map<number, Names>): void {
  let key = 0;
  let names: Names = { name: '', kind: '' };
  for (const { number, value } of fields(bytes)) {
    if (number === 1) key = value as number;
    else if (number === 2) for (const f of fields(value as Uint8Array)) names = withName(names, f.number, f.value);
  }
  into.set(key, names);
}

function withName(names: Names, number: number, value: number | Uint8Array): Names {
  if (number === 2) return { ...names, name: text(value) };
  return number === 4 && value instanceof Uint8Array ? { ...names, kind: text(value) } : names;
}

type Metadata = ReadonlyMap<number, Names>;

/** message XLine { 2: name, 3: timestamp_ns, 4: events, 11: display_name }. */
function readLine(bytes: Uint8Array, names: Metadata, stats: Metadata): { name: string; events: TraceEvent[] } {
  let name = '';
  let startMs = 0;
  const messages: Uint8Array[] = [];
  for (const { number, value } of fields(bytes)) {
    if (number === 11 || (number === 2 && name === '')) name = text(value);
    else if (number === 3) startMs = (value as number) / 1e6;
    else if (number === 4) messages.push(value as Uint8Array);
  }
  const events = messages
    .filter((message) => isOfUse(message, names))
    .map((message) => readEvent(message, startMs, names, stats));
  return { name, events: events.sort((a, b) => a.startMs - b.startMs || b.ms - a.ms) };
}

// Bookkeeping of the executor and of thread pools: several for each op.
const NOISE =
  /^(ThreadpoolListener::|ExecutorPropagateOutputs|ExecutorState::(ScheduleReady|Process Scheduled)|MemoryDeallocation|TFE_Delete)/;

/** The first field of an event is its name. */
function isOfUse(bytes: Uint8Array, names: Metadata): boolean {
  const first = fields(bytes).next();
  if (first.done || first.value.number !== 1) return true;
  return !NOISE.test(names.get(first.value.value as number)?.name ?? '');
}

/** message XEvent { 1: metadata_id, 2: offset_ps, 3: duration_ps, 4: stats }. */
function readEvent(bytes: Uint8Array, lineMs: number, names: Metadata, stats: Metadata): TraceEvent {
  const event = { name: '', kind: '', startMs: lineMs, ms: 0, stats: {} as Record<string, string | number> };
  for (const { number, value } of fields(bytes)) {
    if (number === 1) Object.assign(event, names.get(value as number));
    else if (number === 2) event.startMs = lineMs + (value as number) / 1e9;
    else if (number === 3) event.ms = (value as number) / 1e9;
    else if (number === 4) readStat(value as Uint8Array, stats, event.stats);
  }
  return event;
}

/** message XStat { 1: metadata_id, 3: uint64, 4: int64, 5: string, 7: number of a name }. Floats and bytes are left out. */
function readStat(bytes: Uint8Array, names: Metadata, into: Record<string, string | number>): void {
  let key = '';
  for (const { number, value } of fields(bytes)) {
    if (number === 1) key = names.get(value as number)?.name ?? '';
    else if (number === 3 || number === 4) into[key] = value as number;
    else if (number === 5) into[key] = text(value);
    else if (number === 7) into[key] = names.get(value as number)?.name ?? '';
  }
}
