import { pluginTooSlow } from './errors.js';

/**
 * What a plugin returned, once it has settled. A value passes at once.
 *
 * @param seconds null: however long it takes. @param what e.g. `hook "before-step"`. @throws MOCHI_PLUGIN_TIMEOUT
 */
export async function withinLimit<T>(
  given: T | PromiseLike<T>,
  seconds: number | null,
  plugin: string,
  what: string,
): Promise<T> {
  if (seconds === null || !isThenable(given)) return given;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(pluginTooSlow(plugin, what, seconds)), seconds * 1000);
  });
  try {
    return await Promise.race([given, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Of setTimeout. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * What a plugin returned, once it has settled, however long that takes: for work whose length only its author knows. What takes long is told,
 * and nothing is ended.
 *
 * @param seconds After how long, and then each time that has doubled; null: never. @param tell Gets the seconds gone by.
 */
export async function toldWhenSlow<T>(
  given: T | PromiseLike<T>,
  seconds: number | null,
  tell: (seconds: number) => void,
): Promise<T> {
  if (seconds === null || !isThenable(given)) return given;
  let timer: NodeJS.Timeout | undefined;
  const wait = (next: number, gone: number): void => {
    timer = setTimeout(
      () => {
        tell(next);
        wait(2 * next, next);
      },
      Math.min((next - gone) * 1000, LONGEST_MS),
    );
  };
  wait(seconds, 0);
  try {
    return await given;
  } finally {
    clearTimeout(timer);
  }
}

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
