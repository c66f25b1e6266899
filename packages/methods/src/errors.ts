import { MochiError } from '@mochi/contract';

export const splitTooFine = (batch: number, groups: number): MochiError =>
  new MochiError('MOCHI_BATCH_NOT_DIVISIBLE', {
    happened: `A batch of ${batch} images cannot be normalised in ${groups} groups.`,
    expected: 'train.batchSize a multiple of method.batchNorm.split, with at least two images in each group',
    fix: `Set train.batchSize to a multiple of ${groups} (at least ${2 * groups}), or lower method.batchNorm.split.`,
  });
