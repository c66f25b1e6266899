import { AsyncLocalStorage } from 'node:async_hooks';
import { warning, type EventOf, type EventType, type RunEvent } from '@mochi/contract';
import { Observable, config, type Subscriber } from 'rxjs';
import { messageOf } from './errors.js';
import { GuardedObservable } from './guarded-observable.js';
import { causeOf } from './plugin-frames.js';

/** A subscription to the bus, with what it wants and whom to blame. */
interface Listener {
  readonly subscriber: Subscriber<RunEvent>;
  readonly type: string | undefined;
  readonly report: (error: unknown) => void;
}

/**
 * Events of one run, for watching. A subscriber that fails is detached and reported as a `warning` event; it never stops the run and never
 * becomes an uncaught exception. What a subscriber sees is a frozen plain object.
 */
export class EventBus {
  // Not a Subject: that stops telling the others when a teardown throws.
  private readonly listeners = new Set<Listener>();
  private closed = false;

  constructor() {
    catchStrays();
  }

  /** Events of one type. @param source who subscribes, named in the warning if it fails. */
  events<P extends object>(type: EventType<P>, source?: string): Observable<EventOf<P>> {
    return this.listen(type.type, source) as Observable<EventOf<P>>;
  }

  /** Every event, for trackers. */
  all(source?: string): Observable<RunEvent> {
    return this.listen(undefined, source);
  }

  /** Tells every subscriber, now and in order of subscription. After `close` nothing happens. */
  emit<P extends object>(type: EventType<P>, payload: NoInfer<P>): void {
    if (this.closed) return;
    const event = Object.freeze({ ...payload, type: type.type, time: Date.now() });
    const wanting = [...this.listeners].filter((listener) => listener.type === undefined || listener.type === event.type);
    for (const listener of wanting) this.tell(listener, event.type, () => listener.subscriber.next(event));
  }

  /** Completes every subscription. */
  close(): void {
    this.closed = true; // first, so that a failure cannot emit a warning that nobody gets
    for (const listener of [...this.listeners]) this.tell(listener, 'close', () => listener.subscriber.complete());
  }

  private listen(type: string | undefined, source: string | undefined): Observable<RunEvent> {
    const report = (error: unknown) => this.report(error, source, type ?? 'every event');
    const origin = new Observable<RunEvent>((subscriber) => {
      if (this.closed) return subscriber.complete();
      const listener: Listener = { subscriber, type, report };
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    });
    return new GuardedObservable<RunEvent>(origin, report);
  }

  private tell({ report }: Listener, type: string, call: () => void): void {
    emissions.run({ type, report }, () => {
      try {
        call();
      } catch (error) {
        report(error); // a teardown that threw
      }
    });
  }

  private report(error: unknown, source: string | undefined, what: string): void {
    const [where] = causeOf(error).frames;
    const message = `A subscriber of ${what} failed and was detached: ${messageOf(error)}${where === undefined ? '' : `, at ${where}`}`;
    if (this.closed) lastResort(`${source ?? 'event-bus'}: ${message}`);
    else this.emit(warning, { source: source ?? 'event-bus', message });
  }
}

interface Emission {
  readonly type: string;
  readonly report: (error: unknown) => void;
}

const lastResort = (message: string) => process.emitWarning(message, { code: 'MOCHI_SUBSCRIBER_FAILED' });

// The guard ends where a plugin leaves the Observable that it got: subscribers of a Subject in between, say. What such throw
// RxJS rethrows in a timer, as an uncaught exception that would end the process. `config.onUnhandledError` is RxJS's own place to catch it,
// and the async context tells whether it came from an emission of ours; everything else goes where it went before. One handler in the
// process, set once, since the place is one in the process; it keeps nothing of any run.
const emissions = new AsyncLocalStorage<Emission>();
const installed = new WeakSet<object>();

function catchStrays(): void {
  const before = config.onUnhandledError;
  if (before && installed.has(before)) return;
  const handler = (error: unknown) => {
    const emission = emissions.getStore();
    if (!emission) {
      if (before) return before(error);
      throw error;
    }
    // A subscriber of warnings that fails at each would be told of its own failure for ever.
    if (emission.type === warning.type) return lastResort(`A subscriber of warnings failed: ${messageOf(error)}`);
    emission.report(error);
  };
  installed.add(handler);
  config.onUnhandledError = handler;
}
