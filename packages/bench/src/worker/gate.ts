/** Stops whoever passes until it is opened for so many more. */
export class Gate {
  private left = 0;
  private let: (() => void) | null = null;
  private full: (() => void) | null = null;

  /** Resolves when `count` have passed and the next one waits: all that they did is done. */
  open(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.left = count;
      this.full = resolve;
      this.let?.();
      this.let = null;
    });
  }

  async pass(): Promise<void> {
    if (this.left === 0) {
      this.full?.();
      this.full = null;
      await new Promise<void>((resolve) => (this.let = resolve));
    }
    this.left--;
  }
}
