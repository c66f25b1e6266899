import { join } from 'node:path';
import { archiveTooBig, archiveUnsafe } from './errors.js';

export interface UnpackLimits {
  /** All files together, bytes. */
  readonly maxBytes: number;
  /** Files and folders. */
  readonly maxEntries: number;
}

const MAX_NAME = 4096;

/**
 * Where an entry of an archive goes.
 *
 * @returns A path below `folder`, or null for the folder itself.
 * @throws MOCHI_ARCHIVE_UNSAFE for a name that leads elsewhere on any system: absolute, with `..`, a drive or a backslash.
 */
export function entryPath(archive: string, folder: string, name: string): string | null {
  const refuse = (why: string) => archiveUnsafe(archive, name, why);
  if (name.includes('\0')) throw refuse('has a null in its name');
  if (name.length > MAX_NAME) throw refuse(`has a name of ${name.length} letters`);
  if (name.startsWith('/')) throw refuse('is an absolute path');
  if (name.includes('\\') || /^[A-Za-z]:/.test(name)) throw refuse('is a path of another system');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refuse('leads out of the folder (..)');
  return parts.length === 0 ? null : join(folder, ...parts);
}

/** Counts what comes out of an archive. Sizes that an archive states are not believed: bytes are counted as they come. */
export class UnpackBudget {
  private bytes = 0;
  private entries = 0;

  constructor(
    private readonly archive: string,
    private readonly limits: UnpackLimits,
  ) {}

  /** @throws MOCHI_ARCHIVE_TOO_BIG */
  entry(): void {
    if (++this.entries > this.limits.maxEntries) throw archiveTooBig(this.archive, `${this.limits.maxEntries} entries`);
  }

  /** @throws MOCHI_ARCHIVE_TOO_BIG */
  piece(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.maxBytes) throw archiveTooBig(this.archive, `${this.limits.maxBytes} bytes`);
  }
}
