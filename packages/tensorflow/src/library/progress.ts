import type { Surroundings } from './types.js';

/** What an installation is doing. */
export interface InstallProgress {
  readonly phase: 'wait' | 'download' | 'verify' | 'unpack' | 'note' | 'done';
  /** A sentence for people, without a full stop. */
  readonly what: string;
  readonly bytes: number;
  /** Null where it is not known (yet). */
  readonly totalBytes: number | null;
}

export type OnInstallProgress = (progress: InstallProgress) => void;

const BAR = 24;
const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)}`;

/** A bar on a terminal; elsewhere a line when a phase begins, and at each quarter of a download. */
export const printProgress = (stderr: Surroundings['stderr']): OnInstallProgress =>
  stderr.isTTY ? printBar(stderr) : printLines(stderr);

function printLines(stderr: Surroundings['stderr']): OnInstallProgress {
  let shown = '';
  let quarter = 0;
  return ({ phase, what, bytes, totalBytes }) => {
    if (what !== shown) {
      shown = what;
      quarter = 0;
      stderr.write(`mochi: ${what}\n`);
    }
    if (phase !== 'download' || !totalBytes) return;
    const now = Math.floor((4 * bytes) / totalBytes);
    if (now > quarter) stderr.write(`mochi: ${mega(bytes)} of ${mega(totalBytes)} MB\n`);
    quarter = Math.max(quarter, now);
  };
}

function printBar(stderr: Surroundings['stderr']): OnInstallProgress {
  let shown = '';
  let drawnAt = 0;
  return ({ phase, what, bytes, totalBytes }) => {
    const isText = phase === 'wait' || phase === 'note' || phase === 'done';
    const isNew = what !== shown;
    if (isNew && shown !== '') stderr.write('\n');
    shown = isText ? '' : what;
    if (isText) {
      stderr.write(`mochi: ${what}\n`);
      return;
    }
    const now = Date.now();
    if (!isNew && bytes !== totalBytes && now - drawnAt < 100) return; // ten frames a second are enough
    drawnAt = now;
    stderr.write(`\r\x1b[2K${barOf(what, bytes, totalBytes, stderr.columns ?? 80)}`);
  };
}

function barOf(what: string, bytes: number, totalBytes: number | null, columns: number): string {
  const share = totalBytes ? Math.min(1, bytes / totalBytes) : 0;
  const full = Math.round(BAR * share);
  const bar = totalBytes
    ? `[${'='.repeat(full)}${' '.repeat(BAR - full)}] ${mega(bytes)}/${mega(totalBytes)} MB`
    : `${mega(bytes)} MB`;
  return `${bar}  ${what}`.slice(0, columns - 1);
}
