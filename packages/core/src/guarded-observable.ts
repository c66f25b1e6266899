import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';

/** Told of every failure of a subscriber or of an operator, once, after the subscriber is detached. */
export type Report = (error: unknown) => void;

/**
 * An Observable whose subscribers cannot hurt anyone else. What a callback throws, what an async callback rejects with, and what an operator
 * throws (with no error callback to take it) is reported, and that subscriber is detached. Piped Observables keep the guard, since RxJS
 * makes them through `lift`.
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
    if (isSubscriber(observerOrNext)) return super.subscribe(observerOrNext as Subscriber<T>);
    const observer =
      typeof observerOrNext === 'object' && observerOrNext !== null ? observerOrNext : callbacks(observerOrNext, error, complete);
    return this.subscribeGuarded(observer);
  }

  private subscribeGuarded(observer: Partial<Observer<T>>): Subscription {
    let failed = false;
    const held: { subscription?: Subscription } = {}; // filled below: a source may fail while it is being subscribed to
    const fail = (error: unknown) => {
      if (failed) return;
      failed = true;
      quietly(() => held.subscription?.unsubscribe());
      this.report(error);
    };
    const guard = (call: () => unknown) => {
      if (failed) return;
      try {
        const result = call();
        if (result instanceof Promise) result.catch(fail); // an async callback
      } catch (error) {
        fail(error);
      }
    };
    held.subscription = super.subscribe({
      next: (value) => guard(() => observer.next?.(value)),
      error: (error: unknown) => (observer.error ? guard(() => observer.error?.(error)) : fail(error)),
      complete: () => guard(() => observer.complete?.()),
    });
    if (failed) quietly(() => held.subscription?.unsubscribe());
    return held.subscription;
  }
}

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
