import { isMochiError } from '@mochi/contract';

/**
 * Waits for both ends of a stream. When one fails, the other fails because of it, and often first: an error that has a code is the cause.
 *
 * @throws The first error with a code, else the first error.
 */
export async function together(...ends: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(ends))
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => reason as unknown);
  if (failed.length > 0) throw failed.find(isMochiError) ?? failed[0];
}
