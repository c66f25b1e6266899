import type { Observable } from 'rxjs';
import type { RunEvent } from '../events.js';

export interface RunInfo {
  readonly name: string;
  /** Null where nothing is written. */
  readonly runDir: string | null;
  readonly config: unknown;
}

export interface Tracker {
  start(run: RunInfo): void | Promise<void>;
  record(events: Observable<RunEvent>): void;
  close(): Promise<void>;
}
