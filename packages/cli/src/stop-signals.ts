import { EXIT } from './exit-codes.js';

/**
 * Ctrl-C and SIGTERM ask the run to finish its step, save and end; a second one ends the process at once.
 *
 * @returns `signal` for the run, and `exitCode` for after it.
 */
export function listenForStop(say: (line: string) => void): {
  signal: AbortSignal;
  exitCode: () => number | undefined;
  dispose: () => void;
} {
  const controller = new AbortController();
  let code: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    if (code !== undefined) process.exit(code);
    code = name === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    say(`${name}: finishing the step and saving; once more to end at once without saving`);
    controller.abort(new Error(name));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const dispose = () => void process.off('SIGINT', stop).off('SIGTERM', stop);
  return { signal: controller.signal, exitCode: () => code, dispose };
}
