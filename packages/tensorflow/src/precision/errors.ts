import { MochiError } from '@mochi/contract';

export const precisionUnavailable = (precision: string, reason: string, fastest: string) =>
  new MochiError('MOCHI_PRECISION_UNAVAILABLE', {
    happened: `The precision ${precision} is not to be had here: ${reason}.`,
    expected: 'a precision that this machine computes natively; `mochi doctor` lists them',
    fix: `Set runtime.precision to auto, which is ${fastest} here, or to float32.`,
  });
