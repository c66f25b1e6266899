/** What an epoch comes to: loss of the steps that were read, images, time, waiting. */
export class EpochMeter {
  private readonly started = performance.now();
  private sum = 0;
  private count = 0;
  private images = 0;
  private waitMs = 0;

  /** @param skippedBefore Images left out in this run before the epoch. */
  constructor(private readonly skippedBefore: number) {}

  addStep(images: number, waitMs: number): void {
    this.images += images;
    this.waitMs += waitMs;
  }

  /** @param nats Of a step whose metrics were read. */
  addLoss(nats: number): void {
    this.sum += nats;
    this.count++;
  }

  /** @param skipped Images left out in this run so far. @returns Fields of `epoch-end`. */
  end(skipped: number) {
    const seconds = (performance.now() - this.started) / 1000;
    return {
      lossNats: this.sum / this.count,
      seconds,
      imagesPerSecond: this.images / seconds,
      skipped: skipped - this.skippedBefore,
      waitShare: this.waitMs / 1000 / seconds,
    };
  }
}
