import { MochiError } from '@mochi/contract';

export const gradientMissing = (optimizer: string, names: readonly string[]): MochiError =>
  new MochiError('MOCHI_GRADIENT_MISSING', {
    happened: `The optimizer ${optimizer} was given no gradient for ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`,
    expected: 'a gradient for every parameter, under its name',
    fix: 'Take parameters that are not to be trained out of the parameters that the optimizer gets; let hooks return every gradient.',
  });

export const slotMissing = (optimizer: string, slot: string, name: string): MochiError =>
  new MochiError('MOCHI_SLOT_MISSING', {
    happened: `The optimizer ${optimizer} has no slot "${slot}" for the parameter ${name}.`,
    expected: 'the slots that init made for the same options and the same parameters',
    fix: 'Make the slots with init, and resume a run with the optimizer options that it was started with.',
  });

export const averageMissing = (name: string): MochiError =>
  new MochiError('MOCHI_AVERAGE_MISSING', {
    happened: `The moving average has the tensor ${name}, but the current weights have none of that name.`,
    expected: 'the same names on both sides',
    fix: 'Start the average as a copy of the weights that it follows.',
  });
