import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMochiError } from '@mochi/contract';

/** What lies at the bottom of an error. */
export interface Cause {
  /** e.g. `TypeError: x is not a function`; of a MochiError its text. */
  readonly message: string;
  /** The places of the plugin's own code that it came through, innermost first, three at most: `sample (/home/me/band.ts:12:5)`. */
  readonly frames: readonly string[];
}

/** Frames that are told. */
const TOLD = 3;

/**
 * Why a plugin failed, and where in its own code: whoever wrote it looks there first.
 *
 * @returns The innermost of the causes, the error itself where it has none. `frames` is empty where no code of a plugin took part.
 */
export function causeOf(error: unknown): Cause {
  const chain = causes(error);
  const innermost = chain.at(-1);
  const frames = chain.reverse().map(framesOf).find(({ length }) => length > 0); // prettier-ignore
  return { message: textOf(innermost), frames: frames ?? [] };
}

function causes(error: unknown): unknown[] {
  const chain = [error];
  let last = error;
  while (last instanceof Error && last.cause !== undefined && !chain.includes(last.cause)) chain.push((last = last.cause));
  return chain;
}

function textOf(error: unknown): string {
  if (isMochiError(error)) return error.happened;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const lines = error.stack.split('\n').flatMap((line) => /^\s+at (.*)$/.exec(line)?.[1] ?? []);
  return lines.filter(isOfPlugin).slice(0, TOLD).map((line) => line.replace('file://', '')); // prettier-ignore
}

// Where the packages of the framework lie: node_modules/@mochi, or packages of the repository.
const HOME = dirname(dirname(fileURLToPath(new URL('.', import.meta.url))));
/** The framework of another installation, what it stands on, and who runs tests. */
const FOREIGN = /[/\\]node_modules[/\\](@mochi|@tensorflow|@vitest|vitest|rxjs|zod|tsyringe|jiti|koffi|citty)[/\\]/;

const isOfPlugin = (line: string): boolean =>
  /[/\\]/.test(line) && !line.includes('node:') && !line.includes(`${HOME}/`) && !FOREIGN.test(line);
