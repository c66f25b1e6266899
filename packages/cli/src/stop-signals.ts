import { EXIT } from './exit-codes.js';
import { endLate, listenForStrays } from './strays.js';

/**
 * Ctrl-C and SIGTERM ask the run to finish its step, save and end; a second one ends the process at once. So does what fails where nothing awaits
 * it: the run itself is sound, and what it has learnt is kept.
 *
 * @returns `signal` for the run, and `exitCode` for after it: undefined where nothing stopped it.
 */
export function listenForStop(
  say: (line: string) => void,
  json: boolean,
): {
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
  const forgetStrays = listenForStrays(json, () => {
    if (code === EXIT.failed) return;
    code = EXIT.failed;
    if (!json) say('finishing the step and saving');
    controller.abort(new Error('a plugin failed'));
    endLate();
  });
  const dispose = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    forgetStrays();
  };
  return { signal: controller.signal, exitCode: () => code, dispose };
}
