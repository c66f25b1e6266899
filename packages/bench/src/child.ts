import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { peakMemoryMiB, processorSeconds } from './process-usage.js';

export interface Turn {
  readonly seconds: number;
  /** Images that went through, or whatever the task counts. */
  readonly images: number;
  /** Processor seconds of the process and its helpers meanwhile; null where the system does not say. */
  readonly processor: number | null;
}

/** A side of a comparison: a process that stays alive and works when it is asked to. */
export class Child {
  private readonly lines: AsyncIterator<string>;
  private complaints = '';

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    input: Interface,
    private readonly what: string,
  ) {
    this.lines = input[Symbol.asyncIterator]();
    process.stderr.setEncoding('utf8').on('data', (text: string) => (this.complaints = (this.complaints + text).slice(-4000)));
  }

  /** Starts it and waits until it is ready for its first turn. */
  static async start(command: string, args: readonly string[], what: string): Promise<Child> {
    const process = spawn(command, [...args], { stdio: 'pipe' });
    const child = new Child(process, createInterface({ input: process.stdout }), what);
    await child.answer();
    return child;
  }

  async turn(count: number): Promise<Turn> {
    const before = processorSeconds(this.process.pid!);
    this.process.stdin.write(`${JSON.stringify({ turn: count })}\n`);
    const { seconds, images } = (await this.answer()) as unknown as Turn;
    const after = processorSeconds(this.process.pid!);
    return { seconds, images, processor: before === null || after === null ? null : after - before };
  }

  /** Most that it and its helpers held so far. */
  peakMiB(): number | null {
    return peakMemoryMiB(this.process.pid!);
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const closed = new Promise((resolve) => this.process.once('close', resolve));
    this.process.stdin.end();
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await closed;
    clearTimeout(timer);
  }

  private async answer(): Promise<Record<string, unknown>> {
    const line = await this.lines.next();
    if (!line.done) return JSON.parse(line.value) as Record<string, unknown>;
    throw new Error(`${this.what} ended early:\n${this.complaints}`);
  }
}
