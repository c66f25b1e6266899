import { MochiError } from '@mochi/contract';

export const unknownView = (recipe: string, view: string, views: readonly string[]): MochiError =>
  new MochiError('MOCHI_UNKNOWN_VIEW', {
    happened: `The augmentation ${recipe} has no view "${view}".`,
    expected: `one of: ${views.join(', ')}`,
    fix: 'Ask for one of these views, or name more of them in augment.views.',
  });

export const unknownOperation = (name: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP_UNKNOWN', {
    happened: `The list of operations of the augmentation names "${name}", which nothing provides.`,
    expected: `one of: ${known.join(', ')}`,
    fix: 'Correct the name, or list the plugin that provides the operation under plugins.',
  });

export const badOperation = (name: string, what: string): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP', {
    happened: `The operation "${name}" of the augmentation cannot be made: ${what}.`,
    expected: 'options as the operation has them, a probability p from 0 to 1, and places and views that the recipe has',
    fix: 'Correct the entry in the augment section.',
  });
