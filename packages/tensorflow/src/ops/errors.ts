import { MochiError } from '@mochi/contract';

/** An argument of an op is outside what the op is defined for. */
export const opArgument = (op: string, happened: string, expected: string): MochiError =>
  new MochiError('MOCHI_OP_ARGUMENT', { happened: `${op}: ${happened}.`, expected, fix: `Give ${op} an argument of that form.` });
