import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no such command. */
  readonly isMissing: boolean;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const KEPT = 16_384; // characters of each stream: the end of it says why

/** Runs a command to its end. Never rejects, except when `signal` aborts. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const { env, signal, timeoutMs } = options;
    const child = spawn(command, [...args], { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not spawn's own timeout: where the command does not exist, that timer keeps this process alive until it is over.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(-KEPT)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (signal?.aborted) reject(error);
      else
        resolve({
          code: null,
          stdout,
          stderr: stderr || error.message,
          isMissing: ['ENOENT', 'EACCES', 'ENOTDIR'].includes(error.code ?? ''),
        });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, isMissing: false });
    });
  });
}
