type Part = 'runMs' | 'hooksMs' | 'readMs';

/** Adds up where the time of a step goes, for `step-end`. */
export class StepClock {
  private readonly spent: Record<Part, number> = { runMs: 0, hooksMs: 0, readMs: 0 };

  async add<R>(part: Part, work: () => Promise<R>): Promise<R> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.spent[part] += performance.now() - started;
    }
  }

  /** @param traceMs Milliseconds that the step was traced. */
  times(traceMs: number): Record<Part | 'traceMs', number> {
    const { runMs, hooksMs, readMs } = this.spent;
    return { traceMs: rounded(traceMs), runMs: rounded(runMs - traceMs), hooksMs: rounded(hooksMs), readMs: rounded(readMs) };
  }
}

/** To microseconds: more is noise, and every step is a line in events.jsonl. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
