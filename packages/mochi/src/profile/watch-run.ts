import { performance } from 'node:perf_hooks';
import { checkpointSaved, evaluationEnd, isEvent, runStart, stepEnd, type EventType, type RunEvent } from '@mochi/contract';
import type { HostSpan } from '@mochi/tensorflow';

/** A step as it was seen from outside. Milliseconds on the clock of `performance.now()`. */
export interface WatchedStep {
  readonly step: number;
  readonly images: number;
  readonly endMs: number;
  readonly waitMs: number;
  readonly traceMs: number;
  readonly runMs: number;
  readonly hooksMs: number;
  readonly readMs: number;
  /** Evaluations and checkpoints between the end of the step before and the end of this one. */
  readonly pausedMs: number;
}

/** Something that does not happen at every step. */
export interface Occasion {
  readonly kind: 'evaluation' | 'checkpoint';
  readonly name: string;
  readonly ms: number;
}

/** Takes down what the events of a run tell about time. */
export class RunWatch {
  readonly steps: WatchedStep[] = [];
  readonly occasions: Occasion[] = [];
  readonly spans: HostSpan[] = [];
  startedMs = 0;
  stepsPerEpoch = 1;
  private pausedMs = 0;

  see(event: RunEvent): void {
    const now = performance.now();
    if (isEvent(runStart, event)) {
      this.startedMs = now;
      this.stepsPerEpoch = event.stepsPerEpoch;
    } else if (isEvent(stepEnd, event)) this.seeStep(event, now);
    else if (isEvent(evaluationEnd, event))
      this.pause({ kind: 'evaluation', name: event.evaluator, ms: 1000 * event.seconds }, now);
    else if (isEvent(checkpointSaved, event))
      this.pause({ kind: 'checkpoint', name: event.reason, ms: 1000 * (event.seconds ?? 0) }, now);
  }

  private seeStep({ step, images, waitMs, times }: Payload<typeof stepEnd>, endMs: number): void {
    const { traceMs, runMs, hooksMs, readMs } = times ?? { traceMs: 0, runMs: 0, hooksMs: 0, readMs: 0 };
    this.steps.push({ step, images, endMs, waitMs, traceMs, runMs, hooksMs, readMs, pausedMs: this.pausedMs });
    this.pausedMs = 0;
    // Backwards from the end of the step, in the order in which the loop does it.
    let at = endMs;
    const parts = { 'read metrics': readMs, hooks: hooksMs, step: runMs, trace: traceMs, wait: waitMs };
    const spans = Object.entries(parts).map(([name, ms]) => ({ name, startMs: (at -= ms), ms, args: { step } }));
    this.spans.push(...spans.filter(({ ms }) => ms > 0).reverse());
  }

  private pause(occasion: Occasion, now: number): void {
    const { kind, name, ms } = occasion;
    this.occasions.push(occasion);
    this.pausedMs += ms;
    this.spans.push({ name: `${kind} ${name}`, startMs: now - ms, ms });
  }
}

type Payload<T> = T extends EventType<infer P> ? P : never;
