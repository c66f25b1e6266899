import { AsyncLocalStorage } from 'node:async_hooks';
import { warning, type EventOf, type EventType, type RunEvent } from '@mochi/contract';
import { Subject, config, filter, type Observable } from 'rxjs';
import { messageOf } from './errors.js';
import { GuardedObservable } from './guarded-observable.js';

/**
 * Events of one run, for watching. A subscriber that fails is detached and reported as a `warning` event; it never stops the run and never
 * becomes an uncaught exception. What a subscriber sees is a frozen plain object.
 */
export class EventBus {
  private readonly subject = new Subject<RunEvent>();

  constructor() {
    catchStrays();
  }

  /** Events of one type. @param source who subscribes, named in the warning if it fails. */
  events<P extends object>(type: EventType<P>, source?: string): Observable<EventOf<P>> {
    const ofType = this.subject.pipe(filter((event): event is EventOf<P> => event.type === type.type));
    return new GuardedObservable<EventOf<P>>(ofType, (error) => this.report(error, source, type.type));
  }

  /** Every event, for trackers. */
  all(source?: string): Observable<RunEvent> {
    return new GuardedObservable<RunEvent>(this.subject, (error) => this.report(error, source, 'every event'));
  }

  /** Tells every subscriber, now and in order of subscription. After `close` nothing happens. */
  emit<P extends object>(type: EventType<P>, payload: NoInfer<P>): void {
    if (this.subject.closed || this.subject.isStopped) return;
    const event = Object.freeze({ ...payload, type: type.type, time: Date.now() });
    const emission: Emission = { type: type.type, report: (error) => this.report(error, undefined, type.type) };
    emissions.run(emission, () => this.guarded(emission, () => this.subject.next(event)));
  }

  /** Completes every subscription. */
  close(): void {
    const emission: Emission = {
      type: 'close',
      report: (error) => lastResort(`A subscriber failed as the run closed: ${messageOf(error)}`),
    };
    emissions.run(emission, () => this.guarded(emission, () => this.subject.complete()));
  }

  private guarded(emission: Emission, call: () => void): void {
    try {
      call();
    } catch (error) {
      emission.report(error); // a teardown that threw
    }
  }

  private report(error: unknown, source: string | undefined, what: string): void {
    const message = `A subscriber of ${what} failed and was detached: ${messageOf(error)}`;
    this.emit(warning, { source: source ?? 'event-bus', message });
  }
}

interface Emission {
  readonly type: string;
  readonly report: (error: unknown) => void;
}

const lastResort = (message: string) => process.emitWarning(message, { code: 'MOCHI_SUBSCRIBER_FAILED' });

// The guard ends where a plugin leaves the Observable that it got: merge(a, b) and combineLatest make plain ones. What their subscribers throw
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
