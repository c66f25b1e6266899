import { open, type FileHandle } from 'node:fs/promises';

const WINDOW = 1 << 18;

/** A file that is read from its beginning to its end in small pieces, with gaps: what was read around the last piece is kept. */
export class FileWindow {
  private from = 0;
  private bytes = new Uint8Array(0);

  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
  ) {}

  static async open(path: string): Promise<FileWindow> {
    const file = await open(path);
    const stat = await file.stat();
    if (!stat.isFile()) {
      await file.close();
      throw new Error('it is no file');
    }
    return new FileWindow(file, stat.size);
  }

  /**
   * Bytes [at, at + length), good until the next call.
   *
   * @throws RangeError where the file ends before.
   */
  async read(at: number, length: number): Promise<Uint8Array> {
    if (at + length > this.size) throw new RangeError(`it ends at byte ${this.size}, within what begins at byte ${at}`);
    if (at < this.from || at + length > this.from + this.bytes.length) {
      const wanted = Math.min(Math.max(length, WINDOW), this.size - at);
      const bytes = new Uint8Array(wanted);
      for (let read = 0; read < wanted;) {
        const { bytesRead } = await this.file.read(bytes, read, wanted - read, at + read);
        if (bytesRead === 0) throw new RangeError(`it got shorter while it was read, at byte ${at + read}`);
        read += bytesRead;
      }
      [this.from, this.bytes] = [at, bytes];
    }
    return this.bytes.subarray(at - this.from, at - this.from + length);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
