import type { RunEvent, RunInfo, Tracker } from '@mochi/contract';
import { filter, type Observable, type Subscription } from 'rxjs';
import { toJson } from './to-json.js';

export interface WebhookOptions {
  readonly url: string;
  readonly events: readonly string[];
  readonly queue: number;
  readonly seconds: number;
}

/**
 * Posts events, one after another, as `{ "run", "event" }`. A run never waits for it: a slow server makes messages wait, a dead one makes them
 * drop, and what is lost is told once.
 */
export class WebhookTracker implements Tracker {
  private readonly waiting: string[] = [];
  private sending: Promise<void> | undefined;
  private subscription: Subscription | undefined;
  private run = '';
  private closed = false;
  private readonly told = new Set<string>();

  /** @param warn Told each kind of trouble once. */
  constructor(
    private readonly options: WebhookOptions,
    private readonly warn: (message: string) => void,
  ) {}

  start({ name }: RunInfo): void {
    this.run = name;
    this.closed = false;
  }

  record(events: Observable<RunEvent>): void {
    const wanted = new Set(this.options.events);
    this.subscription = events.pipe(filter(({ type }) => wanted.has(type))).subscribe((event) => this.add(event));
  }

  /** Waits for what is still to be sent, but no longer than for one message. */
  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.options.seconds * 1000)));
    await Promise.race([this.sending, late]);
    clearTimeout(timer);
    this.closed = true;
    if (this.waiting.length > 0) this.tell('late', `${this.waiting.length} messages were not sent in time`);
  }

  private add(event: RunEvent): void {
    this.waiting.push(toJson({ run: this.run, event }));
    if (this.waiting.length > this.options.queue) {
      this.waiting.shift();
      this.tell('full', `${this.options.url} is slower than the run: the oldest messages are dropped`);
    }
    this.sending ??= this.sendAll();
  }

  private async sendAll(): Promise<void> {
    for (let body = this.waiting.shift(); body !== undefined && !this.closed; body = this.waiting.shift()) await this.send(body);
    this.sending = undefined;
  }

  private async send(body: string): Promise<void> {
    const { url, seconds } = this.options;
    const signal = AbortSignal.timeout(seconds * 1000);
    try {
      // Twice: a connection that was idle for long may be closed by the server just when it is used again.
      const answer = await this.post(body, signal).catch(() => this.post(body, signal));
      await answer.body?.cancel(); // so that the connection is free again
      if (!answer.ok) this.tell('refused', `${url} answers ${answer.status} ${answer.statusText}`);
    } catch (error) {
      this.tell('failed', `${url} cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private post(body: string, signal: AbortSignal): Promise<Response> {
    return fetch(this.options.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
  }

  private tell(kind: string, message: string): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.warn(message);
  }
}
