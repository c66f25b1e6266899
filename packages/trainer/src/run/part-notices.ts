import type { ViewSpec } from '@mochi/contract';
import { bankOf } from '../step/check-chain.js';
import type { StepParts } from '../step/parts.js';

export interface Surroundings {
  /** Of the method. */
  readonly views: readonly Pick<ViewSpec, 'size'>[];
  /** Of the training split. */
  readonly images: number;
}

/**
 * Tells of parts that work together and hardly do what was meant: an encoder whose first layers throw away most of so small a view, and a bank
 * that holds older keys of the query's own image as its negatives.
 *
 * @param warn Gets the name of the part and the message.
 */
export function noticeParts(
  { encoder, banks, samplers }: Pick<StepParts, 'encoder' | 'banks' | 'samplers'>,
  { views, images }: Surroundings,
  warn: (name: string, message: string) => void,
): void {
  const side = Math.max(...views.map(({ size }) => size));
  if (encoder.smallestView !== undefined && side < encoder.smallestView)
    warn(
      encoder.name,
      `views have ${side} pixels a side, and the first layers of the encoder suit ${encoder.smallestView} and more, by a rule of thumb; one for small images (encoder.stem of the ResNets: small for 64 to 96, cifar for 32) sees more of them`,
    );
  const drawnFrom = new Set(samplers.map(({ part }) => bankOf(part)));
  for (const { bank, capacity } of banks)
    if (capacity > images && !bank.maskSelf && drawnFrom.has(bank.name))
      warn(
        bank.name,
        `the bank "${bank.name}" has ${capacity} rows and the training split ${images} images: older keys of a query's own image are among its negatives, and the hardest of them; maskSelf: true leaves them out, a smaller capacity has none`,
      );
}
