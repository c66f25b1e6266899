export { recordOps, type OpRecording, type OpTrace } from './record-ops.js';
export type { OpSpan } from './collect-ops.js';
export type { TraceEvent, TraceLine } from './read-xspace.js';
export { INPUT, summariseOps, type OpRow, type OpTables } from './summarise-ops.js';
export { chromeTrace, type ChromeEvent, type ChromeTrace, type HostSpan } from './chrome-trace.js';
