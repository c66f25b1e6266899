import type { Writable } from 'node:stream';
import type { RunEvent, Tracker } from '@mochi/contract';
import type { Observable, Subscription } from 'rxjs';
import { LineStream } from '../line-stream.js';
import { toJsonLine } from '../to-json-line.js';

/** Every event as one line of JSON on a stream, for scripts: `mochi train --json | jq ...`. */
export class JsonTracker implements Tracker {
  private readonly out: LineStream;
  private subscription: Subscription | undefined;

  constructor(stream: Writable) {
    this.out = new LineStream(stream);
  }

  start(): void {}

  record(events: Observable<RunEvent>): void {
    this.subscription = events.subscribe((event) => this.out.write(toJsonLine(event)));
  }

  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    await this.out.close();
  }
}
