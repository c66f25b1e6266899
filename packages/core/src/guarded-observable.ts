import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';

/** Told of every failure of a subscriber or of an operator, once, after the subscriber is detached. */
export type Report = (error: unknown) => void;

/**
 * An Observable whose subscribers cannot hurt anyone else. What a callback throws, what an async callback rejects with, and what an operator
 * throws (with no error callback to take it) is reported, and that subscriber is detached. Piped Observables keep the guard, since RxJS
 * makes them through `lift`; past `merge` and the like, which make plain ones, the guard is put around the last subscriber.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    source: Observable<unknown> | undefined,
    private readonly report: Report,
    operator?: Operator<unknown, T>,
  ) {
    super();
    this.source = source;
    this.operator = operator;
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    return new GuardedObservable<R>(this, this.report, operator);
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void)): Subscription;
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator downstream subscribes with a Subscriber of its own; the guard is around the last observer, past every operator.
    if (isSubscriber(observerOrNext)) {
      guardLast(observerOrNext as Subscriber<T>, this.report);
      return super.subscribe(observerOrNext as Subscriber<T>);
    }
    const observer =
      typeof observerOrNext === 'object' && observerOrNext !== null ? observerOrNext : callbacks(observerOrNext, error, complete);
    return this.subscribeGuarded(observer);
  }

  private subscribeGuarded(observer: Partial<Observer<T>>): Subscription {
    const held: { subscription?: Subscription; failed?: boolean } = {}; // filled below: a source may fail while it is being subscribed to
    const detach = () => {
      held.failed = true;
      held.subscription?.unsubscribe();
    };
    held.subscription = super.subscribe(guarded(observer, detach, this.report));
    if (held.failed) quietly(() => held.subscription?.unsubscribe());
    return held.subscription;
  }
}

/** An observer that does what another does, until that one fails for the first time. */
function guarded<T>(observer: Partial<Observer<T>>, detach: () => void, report: Report): Observer<T> {
  let failed = false;
  const fail = (error: unknown) => {
    if (failed) return;
    failed = true;
    quietly(detach);
    report(error);
  };
  const guard = (call: () => unknown) => {
    if (failed) return;
    try {
      const result = call();
      if (isThenable(result)) result.then(undefined, fail); // an async callback
    } catch (error) {
      fail(error);
    }
  };
  return {
    next: (value) => guard(() => observer.next?.(value)),
    error: (error: unknown) => (observer.error ? guard(() => observer.error?.(error)) : fail(error)),
    complete: () => guard(() => observer.complete?.()),
  };
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** What RxJS 7 keeps in a subscriber: the one after it, and behind the last one the caller's callbacks. */
interface Inside {
  readonly destination?: Inside;
  partialObserver?: Partial<Observer<unknown>>;
}

const last = new WeakSet<object>();

/**
 * Guards the callbacks behind a chain of operators that was not made of a guarded Observable. RxJS would rethrow in a timer what they throw, and
 * go on calling them. There is no public way to them; where the insides are others, the bus still hears of each failure (`catchStrays`).
 */
function guardLast(subscriber: Subscriber<unknown>, report: Report): void {
  let end: Subscriber<unknown> = subscriber;
  for (let next = inside(end).destination; isSubscriber(next); next = inside(end).destination) end = next as never;
  const consumer = inside(end).destination;
  if (!consumer?.partialObserver || last.has(consumer)) return;
  last.add(consumer);
  consumer.partialObserver = guarded(consumer.partialObserver, () => end.unsubscribe(), report);
}

const inside = (subscriber: Subscriber<unknown>): Inside => subscriber as unknown as Inside;

const callbacks = <T>(
  next: ((value: T) => void) | null | undefined,
  error: ((error: unknown) => void) | null | undefined,
  complete: (() => void) | null | undefined,
): Partial<Observer<T>> => ({ ...(next && { next }), ...(error && { error }), ...(complete && { complete }) });

// By shape as well, for a Subscriber of another copy of RxJS.
function isSubscriber(value: unknown): boolean {
  if (value instanceof Subscriber) return true;
  if (typeof value !== 'object' || value === null) return false;
  const shape = value as Record<string, unknown>;
  return ['next', 'error', 'complete', 'add', 'remove', 'unsubscribe'].every((method) => typeof shape[method] === 'function');
}

// Teardowns of the subscriber may throw too; its first failure is the one to report.
function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // reported already by the failure that led here
  }
}
