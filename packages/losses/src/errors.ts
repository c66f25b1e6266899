import { MochiError } from '@mochi/contract';

export const noNegatives = () =>
  new MochiError('MOCHI_NO_NEGATIVES', {
    happened: 'The sampler returned no block with a negative in it.',
    expected: 'at least one block with M >= 1 negatives for each query',
    fix: 'Return bankBlock(), or a mixtureBlock or rowsBlock with at least one negative, from sample().',
  });

export const unknownBank = (bank: string, known: string[]) =>
  new MochiError('MOCHI_UNKNOWN_BANK', {
    happened: `A block of negatives names the bank "${bank}", which the loss was not given.`,
    expected: `one of: ${known.join(', ') || '(no bank at all)'}`,
    fix: "Let the block name one of these (bankName of a sampler's context, bank of bankBlock), or pass its rows under `banks` by that name.",
  });

export const bankBlockTwice = (bank: string) =>
  new MochiError('MOCHI_BANK_BLOCK_TWICE', {
    happened: `Two bank blocks name the bank "${bank}": its rows would count twice.`,
    expected: 'at most one bankBlock for each bank',
    fix: 'Leave the bank block to one sampler of the chain; a later one can look for it in context.previous.',
  });

export const blockShape = (what: string, got: readonly number[], want: string) =>
  new MochiError('MOCHI_BLOCK_SHAPE', {
    happened: `${what} has shape [${got.join(', ')}].`,
    expected: want,
    fix: 'Check the sampler that made the block: every tensor of a block has the batch as its first axis.',
  });

export const inputShape = (what: string, got: readonly number[], want: string) =>
  new MochiError('MOCHI_BLOCK_SHAPE', {
    happened: `${what} has shape [${got.join(', ')}].`,
    expected: want,
    fix: "Give the loss queries and positives [B, D] of one batch, rows of a bank [K, D] (MoCo's queue in PyTorch is [D, K]: transpose it), and their cosines [B, K].",
  });

export const badTemperature = (temperature: number) =>
  new MochiError('MOCHI_TEMPERATURE', {
    happened: `The temperature of the contrastive loss is ${temperature}.`,
    expected: 'a finite number above 0; papers use 0.05 to 0.5',
    fix: 'Set it to, say, 0.2; in a config it is method.temperature.',
  });

export const badCorrection = (name: string, value: number, bounds: string) =>
  new MochiError('MOCHI_CORRECTION_RANGE', {
    happened: `The corrected denominator has ${name} = ${value}.`,
    expected: `${name} in ${bounds}`,
    fix: 'tauPlus is the share of same-class rows among the negatives (0.1 for 10 even classes); floor is a cosine, -1 in the paper.',
  });
