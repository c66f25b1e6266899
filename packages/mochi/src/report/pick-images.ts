import type { Dataset } from '@mochi/contract';

/** At most `most` of the numbers [0, length), evenly spread: splits are often in the order of their classes. */
export const spread = (length: number, most: number): Int32Array =>
  Int32Array.from({ length: Math.min(length, most) }, (_, at) => Math.floor((at * length) / Math.min(length, most)));

/** The split that images are looked at in: the one asked for, else the first that is not trained on, else the one that is. */
export const splitToLookAt = ({ splits }: Dataset, trained: string, asked?: string): string =>
  asked ?? splits.find((name) => name !== trained) ?? trained;
