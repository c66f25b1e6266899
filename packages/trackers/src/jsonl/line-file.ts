import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lines in memory beyond this are written at once, whatever the interval. */
const FULL_CHARACTERS = 1 << 20;

export interface LineFileOptions {
  readonly flushSeconds: number;
  /** Told once, of the first failure; after it nothing more is written. */
  readonly report: (error: unknown) => void;
}

/**
 * Appends lines to a file, in batches, one write after another. Never throws: a full disk must not stop a run of days.
 * A last line that an earlier process left unfinished is ended first, so that it spoils no other.
 */
export class LineFile {
  private waiting: string[] = [];
  private characters = 0;
  private handle: FileHandle | undefined;
  private failed = false;
  private writing: Promise<void>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    readonly path: string,
    private readonly options: LineFileOptions,
  ) {
    this.writing = this.guard(() => this.openFile());
    this.timer = setInterval(() => void this.flush(), options.flushSeconds * 1000);
    this.timer.unref(); // a forgotten tracker must not keep the process alive
  }

  /** @param line with its newline. */
  append(line: string): void {
    if (this.failed) return;
    this.waiting.push(line);
    this.characters += line.length;
    if (this.characters >= FULL_CHARACTERS) void this.flush();
  }

  /** Hands what waits to the disk; settles when it is written. */
  flush(): Promise<void> {
    const text = this.waiting.join('');
    this.waiting = [];
    this.characters = 0;
    if (text !== '') this.writing = this.writing.then(() => this.guard(() => this.handle!.appendFile(text)));
    return this.writing;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    await this.guard(() => this.handle!.sync());
    await this.handle?.close().catch(() => {}); // what could fail has been synced
    this.handle = undefined;
  }

  private async openFile(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    this.handle = await open(this.path, 'a+');
    const { size } = await this.handle.stat();
    if (size === 0) return;
    const { buffer } = await this.handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer[0] !== 0x0a) await this.handle.appendFile('\n');
  }

  private async guard(work: () => Promise<void>): Promise<void> {
    if (this.failed) return;
    try {
      await work();
    } catch (error) {
      this.failed = true;
      this.waiting = [];
      this.options.report(error);
    }
  }
}
