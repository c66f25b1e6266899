import { MochiError } from '@mochi/contract';

export const unknownView = (recipe: string, view: string, views: readonly string[]): MochiError =>
  new MochiError('MOCHI_UNKNOWN_VIEW', {
    happened: `The augmentation ${recipe} has no view "${view}".`,
    expected: `one of: ${views.join(', ')}`,
    fix: 'Ask for one of these views, or name more of them in augment.views.',
  });
