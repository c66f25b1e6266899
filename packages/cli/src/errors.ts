import { MochiError } from '@mochi/contract';

export const usage = (happened: string, expected: string, fix: string): MochiError =>
  new MochiError('MOCHI_USAGE', { happened, expected, fix });
