import { MochiError } from '@mochi/contract';
import { causeOf } from '@mochi/core';
import { EXIT } from './exit-codes.js';
import { reportError } from './report-error.js';

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * What failed where nothing awaits it, e.g. a promise that a plugin's hook let go, is told as every other error. Node would end the process with a
 * bare stack.
 *
 * @param then What happens next, besides. @returns Ends the listening.
 */
export function listenForStrays(json: boolean, then: () => void): () => void {
  const stray = (error: unknown) => {
    reportError(strayOf(error), json);
    then();
  };
  for (const event of EVENTS) process.on(event, stray);
  return () => {
    for (const event of EVENTS) process.off(event, stray);
  };
}

/** Ends the process at a stray, unless a command that has something to save listens itself. */
export function endAtStrays(json: boolean): void {
  const stray = (error: unknown) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    process.exit(reportError(strayOf(error), json));
  };
  for (const event of EVENTS) process.on(event, stray);
}

/** Of a plugin, by the frames of its stack; anything else is a defect of ours, and stays as it is. */
function strayOf(error: unknown): unknown {
  const { message, frames } = causeOf(error);
  if (frames[0] === undefined) return error;
  return new MochiError(
    'MOCHI_STRAY_FAILURE',
    {
      happened: `The plugin of ${moduleOf(frames[0])} failed where nothing waits for it: ${message}`,
      expected: 'promises that are awaited, and callbacks of timers and streams that catch what they throw',
      fix: 'Await the promise in the hook or method that makes it, or catch its failure there.',
    },
    { cause: error },
  );
}

/** The package of a frame, or its file. */
function moduleOf(frame: string): string {
  const [, installed] = /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(frame) ?? [];
  const [, file] = /([^()]*?)(:\d+)*\)?$/.exec(frame) ?? [];
  return installed ?? file ?? frame;
}

/** A run that does not come to its end after a stray is ended. */
export const endLate = (): void => void setTimeout(() => process.exit(EXIT.failed), 60_000).unref();
