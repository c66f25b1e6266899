import type { Writable } from 'node:stream';
import {
  isEvent,
  evaluationEnd,
  evaluationStart,
  epochEnd,
  runEnd,
  stepEnd,
  warning,
  type RunEvent,
  type Tracker,
} from '@mochi/contract';
import { createLogUpdate } from 'log-update';
import { createColors } from 'picocolors';
import type { Observable, Subscription } from 'rxjs';
import { LineStream } from '../line-stream.js';
import { initialStatus, nextStatus, type Status } from './status.js';
import { eventLine, liveLines, plainLine } from './status-lines.js';

export interface ProgressOptions {
  /** Where to write: standard error, so that standard output stays free for results. */
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Live status of up to four lines, or plain lines. Default: whether the stream is a terminal. */
  readonly live?: boolean | undefined;
  /** Seconds between plain lines. */
  readonly everySeconds: number;
  /** Least milliseconds between two pictures of the live status. */
  readonly refreshMs: number;
}

/**
 * Shows where a run stands. Time comes from the events alone, so that nothing ticks while nothing happens.
 * Evaluations, warnings, the beginning and the end get lines that stay.
 */
export class ProgressTracker implements Tracker {
  private status: Status = initialStatus;
  private shownAt = -Infinity; // ms since 1970
  private shownStep = -1; // of the last plain line
  private subscription: Subscription | undefined;
  private readonly out: LineStream;
  private readonly live: ReturnType<typeof createLogUpdate> | null;
  private readonly colors: ReturnType<typeof createColors>;

  constructor(private readonly options: ProgressOptions) {
    const { stream } = options;
    const live = options.live ?? stream.isTTY === true;
    this.out = new LineStream(stream);
    // The cursor stays: hiding it needs exit handlers, and a killed run would leave the terminal without one.
    this.live = live ? createLogUpdate(stream, { showCursor: true }) : null;
    this.colors = createColors(live && !process.env['NO_COLOR']);
  }

  start(): void {}

  record(events: Observable<RunEvent>): void {
    this.subscription = events.subscribe((event) => this.show(event));
  }

  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    if (this.out.open) this.live?.clear();
    await this.out.close();
  }

  private show(event: RunEvent): void {
    this.status = nextStatus(this.status, event);
    if (!this.out.open) return;
    const line = eventLine(event);
    if (line !== null) this.keep(this.paint(event, line));
    if (this.live) this.refresh(event);
    else this.maybePlain(event);
  }

  private keep(line: string): void {
    if (!this.live) return this.out.write(`${line}\n`);
    this.live.persist(line);
    this.shownAt = -Infinity; // the status was erased: show it again with the next event
  }

  private refresh(event: RunEvent): void {
    const isBeginning = isEvent(evaluationStart, event);
    const showing = isBeginning || isEvent(stepEnd, event) || isEvent(epochEnd, event) || isEvent(evaluationEnd, event);
    if (!showing || (!isBeginning && event.time - this.shownAt < this.options.refreshMs)) return;
    this.shownAt = event.time;
    const width = this.options.stream.columns ?? 80;
    this.live!(
      liveLines(this.status)
        .map((line) => line.slice(0, width))
        .join('\n'),
    ); // a wrapped line would make more than four
  }

  /** At the first step, the last, the end of each epoch, and every so many seconds between. An epoch's last step has the epoch's line alone. */
  private maybePlain(event: RunEvent): void {
    const { step, stepsPerEpoch, totalSteps } = this.status;
    const isLast = stepsPerEpoch > 0 && step % stepsPerEpoch === 0;
    const isTime = step === totalSteps || event.time - this.shownAt >= 1000 * this.options.everySeconds;
    const due = isEvent(stepEnd, event) && !isLast && isTime;
    if (!due && !(isEvent(epochEnd, event) && this.shownStep !== step)) return;
    this.shownAt = event.time;
    this.shownStep = step;
    this.out.write(`${plainLine(this.status)}\n`);
  }

  private paint(event: RunEvent, line: string): string {
    if (isEvent(warning, event)) return this.colors.yellow(line);
    if (isEvent(evaluationEnd, event)) return this.colors.bold(line);
    return isEvent(runEnd, event) && event.outcome === 'failed' ? this.colors.red(line) : line;
  }
}
