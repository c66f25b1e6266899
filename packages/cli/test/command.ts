import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/mochi.js', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command, in a folder. */
export const commandIn =
  (folder: string) =>
  (...words: string[]): Promise<Outcome> =>
    new Promise((resolve) =>
      execFile(process.execPath, [bin, ...words], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      ),
    );
