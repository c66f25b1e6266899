import { MochiError } from '@mochi/contract';
import type { NameClash } from '@mochi/core';

export const unknownView = (recipe: string, view: string, views: readonly string[]): MochiError =>
  new MochiError('MOCHI_UNKNOWN_VIEW', {
    happened: `The augmentation ${recipe} has no view "${view}".`,
    expected: `one of: ${views.join(', ')}`,
    fix: 'Ask for one of these views, or name more of them in augment.views.',
  });

/** @param near What was probably meant. */
export const unknownOperation = (name: string, known: readonly string[], near: string | undefined): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP_UNKNOWN', {
    happened: `The list of operations of the augmentation (augment.add) names "${name}", which nothing provides.`,
    expected: `one of: ${known.join(', ')}`,
    fix:
      near === undefined
        ? 'Correct the name, or list the plugin that provides the operation under plugins.'
        : `Did you mean "${near}"? Else list the plugin that provides "${name}" under plugins.`,
  });

export const badOperation = (name: string, what: string): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP', {
    happened: `The operation "${name}" of the augmentation cannot be made: ${what}.`,
    expected: 'options as the operation has them, a probability p from 0 to 1, and places and views that the recipe has',
    fix: 'Correct the entry in the augment section.',
  });

export const operationUnnamed = (name: unknown, plugin: string): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP_NAME', {
    happened: `An operation that the plugin ${plugin} provides has ${name === undefined ? 'no name' : `the name ${JSON.stringify(name)}`}.`,
    expected: 'a name by which lists of operations call it, e.g. acme-shade',
    fix: 'Give the operation a name.',
  });

export const operationTaken = ({ name, plugins }: NameClash): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP_NAME', {
    happened: `Two operations are called "${name}": those of ${plugins.join(' and ')}.`,
    expected: 'operations of different names, so that a list says which one it means',
    fix: `Give the operation of a plugin a name of its own, e.g. acme-${name}.`,
  });

/** @param draws Uniform numbers that the operation gets of each image. */
export const operationFailed = (name: string, call: 'parameters' | 'apply', draws: number, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_AUGMENT_OP_FAILED',
    {
      happened: `The operation "${name}" of the augmentation threw in ${call}: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected: `a call that works on traced tensors, and on the ${draws} draw${draws === 1 ? '' : 's'} of each image that the operation declares`,
      fix: 'See the cause. Where a tensor is missing that should be a draw, set `draws` to the number that `parameters` uses.',
    },
    { cause },
  );

export const operationOutput = (name: string, got: string, want: string): MochiError =>
  new MochiError('MOCHI_AUGMENT_OP_FAILED', {
    happened: `The operation "${name}" of the augmentation returned ${got} for planes of ${want}.`,
    expected: 'planes of the same shape: [3, B, height, width] float32',
    fix: 'Keep the order of the axes and the size of the images in apply; a smaller image is padded or stretched by the operation itself.',
  });
