import { stepEnd, type RunEvent } from '@mochi/contract';
import { recordOps, type OpRecording, type OpTrace } from '@mochi/tensorflow';
import { profileTooShort } from '../errors.js';
import { RunWatch, type WatchedStep } from './watch-run.js';

/** How many steps of which kind, in this order. */
export interface ProfiledSteps {
  readonly warmup: number;
  readonly steps: number;
  readonly traced: number;
}

export interface MeasuredSteps {
  /** The step before the measured ones. */
  readonly before: WatchedStep;
  readonly steps: readonly WatchedStep[];
  readonly traced: readonly WatchedStep[];
}

/** Watches a run, and records the ops of its last steps. */
export class ProfiledRun {
  readonly watch = new RunWatch();
  trace: OpTrace | null = null;
  private recording: OpRecording | null = null;
  private failure: Error | undefined;

  /** @throws MOCHI_PROFILER_MISSING at once, not after the measured steps. */
  constructor(private readonly planned: ProfiledSteps) {
    if (planned.traced > 0) recordOps().stop();
  }

  /** Called with every event. What fails here is kept until `end`: a subscriber cannot stop a run. */
  see(event: RunEvent): void {
    this.watch.see(event);
    if (event.type !== stepEnd.type || this.planned.traced === 0) return;
    const { warmup, steps, traced } = this.planned;
    const done = this.watch.steps.length;
    try {
      if (done === warmup + steps) this.recording = recordOps();
      else if (done === warmup + steps + traced) this.stopRecording();
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  /** To be called when the run is over, however it ended. */
  end(): void {
    this.stopRecording();
    if (this.failure) throw this.failure;
  }

  /** @throws MOCHI_PROFILE_TOO_SHORT */
  measured(reason: string | null): MeasuredSteps {
    const { warmup, steps, traced } = this.planned;
    const seen = this.watch.steps;
    if (seen.length < warmup + steps + traced) throw profileTooShort(seen.length, reason ?? 'it was over');
    const last = warmup + steps;
    return { before: seen[warmup - 1]!, steps: seen.slice(warmup, last), traced: seen.slice(last, last + traced) };
  }

  private stopRecording(): void {
    const { recording } = this;
    this.recording = null;
    if (recording) this.trace = recording.stop();
  }
}
