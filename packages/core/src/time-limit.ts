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

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
