import { resolve } from 'node:path';
import type { RunEvent, RunInfo, Tracker } from '@mochi/contract';
import type { Observable, Subscription } from 'rxjs';
import { toJsonLine } from '../to-json-line.js';
import type { JsonlConfig } from './config.js';
import { LineFile } from './line-file.js';

/** Every event of a run as a line of `events.jsonl` in its folder. A resumed run appends. */
export class JsonlTracker implements Tracker {
  private file: LineFile | undefined;
  private subscription: Subscription | undefined;

  /** @param warn Told at most once: where nothing is written, or that writing has failed. */
  constructor(
    private readonly options: JsonlConfig,
    private readonly warn: (message: string) => void,
  ) {}

  start({ runDir }: RunInfo): void {
    if (runDir === null) return this.warn('jsonl: this run has no folder, so its events are not written.');
    const path = resolve(runDir, this.options.file);
    const report = (error: unknown) =>
      this.warn(`jsonl: events are no longer written to ${path}: ${error instanceof Error ? error.message : String(error)}`);
    this.file = new LineFile(path, { flushSeconds: this.options.flushSeconds, report });
  }

  record(events: Observable<RunEvent>): void {
    this.subscription = events.subscribe((event) => this.file?.append(toJsonLine(event)));
  }

  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    await this.file?.close();
    this.file = undefined;
  }
}
