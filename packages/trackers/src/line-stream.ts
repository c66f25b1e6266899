import type { Writable } from 'node:stream';

/**
 * Writes to a stream that may go away (a closed terminal, `| head`): after its first error nothing is written and nothing is thrown.
 * Without a listener such an error would end the process, and with it the run.
 */
export class LineStream {
  private gone = false;
  private readonly onError = () => void (this.gone = true);

  constructor(private readonly stream: Writable) {
    stream.on('error', this.onError);
  }

  get open(): boolean {
    return !this.gone && !this.stream.destroyed;
  }

  write(text: string): void {
    if (this.open) this.stream.write(text);
  }

  /** Settles when all that was written has left, or the stream is gone. The stream stays open: it belongs to the process. */
  async close(): Promise<void> {
    if (this.open) await new Promise<void>((done) => this.stream.write('', () => done()));
    this.stream.off('error', this.onError);
  }
}
