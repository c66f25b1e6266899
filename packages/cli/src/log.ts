import type { Logger } from '@mochi/contract';

/** Where plugins' remarks go: standard error, so that standard output has results only. */
export const log: Logger = {
  info: (message) => console.error(message),
  warn: (message) => console.error(`warning: ${message}`),
};
