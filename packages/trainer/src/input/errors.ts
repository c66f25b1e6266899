import { MochiError } from '@mochi/contract';
import type { SkippedSample } from './pipeline-stream.js';

const examples = (skipped: readonly SkippedSample[]): string =>
  skipped.map(({ sample, reason }) => `${sample} (${reason})`).join('; ');

export const noBatch = (length: number, batchSize: number): MochiError =>
  new MochiError('MOCHI_NO_BATCH', {
    happened: `The training split has ${length} images, fewer than one batch of ${batchSize}; an incomplete batch is left out.`,
    expected: `at least ${batchSize} images`,
    fix: `Set train.batchSize to at most ${Math.max(2, length)}, or add images.`,
  });

export const tooManyBroken = (skipped: number, seen: number, share: number, first: readonly SkippedSample[]): MochiError =>
  new MochiError('MOCHI_TOO_MANY_BROKEN', {
    happened: `${skipped} of the ${seen} images read so far could not be used. The first of them: ${examples(first)}.`,
    expected: `at most ${100 * share} % of the images to be broken`,
    fix: 'Repair or remove these files, or raise train.maxSkipped when the rest is enough.',
  });

export const tooFewReadable = (length: number, batchSize: number, first: readonly SkippedSample[]): MochiError =>
  new MochiError('MOCHI_TOO_MANY_BROKEN', {
    happened: `Of ${length} images fewer than one batch of ${batchSize} could be read. Broken are among others: ${examples(first)}.`,
    expected: 'images in the formats JPEG, PNG, GIF or BMP that can be read by the user who runs this',
    fix: 'Look at the files named above: are they whole, are they images, may they be read?',
  });

export const unknownViews = (asked: readonly string[], has: readonly string[]): MochiError =>
  new MochiError('MOCHI_VIEW_MISSING', {
    happened: `The input pipeline was asked for the view(s) ${asked.join(', ')}, which the augmentation does not make; it makes ${has.join(', ')}.`,
    expected: 'views that the augmentation makes',
    fix: 'Choose a recipe made for the method, or add the views to the recipe.',
  });

export const shardUnreadable = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_SHARD_UNREADABLE',
    {
      happened: `The file ${path}, which holds images of this split, cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'every shard of the data set to stay where it was found, readable by the user who runs this',
      fix: 'Put the file back, or open the data set anew so that it is listed again.',
    },
    { cause },
  );
