/** How requests are gathered. */
export interface BatcherOptions {
  /** Items that are worked on together, at most. */
  readonly maxBatch: number;
  /** Milliseconds that the first item of a batch waits for others, at most. */
  readonly maxWaitMs: number;
  /** Items that wait, at most: beyond them the answer is no at once, which is better than a queue that only grows. */
  readonly maxQueued: number;
}

/** Thrown where the queue is full: the sender should come back later. */
export class QueueFullError extends Error {
  constructor(readonly queued: number) {
    super(`${queued} items wait already`);
  }
}

interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** Gathers single items into batches. One batch is worked on at a time; what comes meanwhile makes the next, so load makes batches larger. */
export class Batcher<T, R> {
  private readonly queue: Waiting<T, R>[] = [];
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  /** Since the start: their quotient is the mean size of a batch. */
  readonly done = { items: 0, batches: 0 };

  constructor(
    private readonly work: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>,
    private readonly options: BatcherOptions,
  ) {}

  get queued(): number {
    return this.queue.length;
  }

  /** @throws QueueFullError, and what `work` says of the item. */
  submit(item: T): Promise<R> {
    if (this.queue.length >= this.options.maxQueued) return Promise.reject(new QueueFullError(this.queue.length));
    return new Promise<R>((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      if (this.queue.length >= this.options.maxBatch) this.flush();
      else this.timer ??= setTimeout(() => this.flush(), this.options.maxWaitMs);
    });
  }

  /** Resolves when nothing waits and nothing is worked on. */
  async drained(): Promise<void> {
    this.flush();
    while (this.working) await this.working;
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.working || this.queue.length === 0) return;
    const batch = this.queue.splice(0, this.options.maxBatch);
    this.working = this.run(batch).finally(() => {
      this.working = undefined;
      this.flush(); // whoever came meanwhile has waited long enough
    });
  }

  private async run(batch: readonly Waiting<T, R>[]): Promise<void> {
    this.done.items += batch.length;
    this.done.batches++;
    try {
      const results = await this.work(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, at) => {
        const result = results[at]!;
        if (result.status === 'fulfilled') resolve(result.value);
        else reject(result.reason);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
