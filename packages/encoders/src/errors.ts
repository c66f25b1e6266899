import { MochiError } from '@mochi/contract';

export const encoderInput = (got: readonly number[]): MochiError =>
  new MochiError('MOCHI_ENCODER_INPUT', {
    happened: `The encoder was given images of shape [${got.join(', ')}].`,
    expected: 'normalised RGB images of shape [batch, height, width, 3]',
    fix: 'Give the images as a batch with the channels last; an image alone becomes a batch with tf.expandDims(image, 0).',
  });

/** @param problems One line for each tensor that does not fit. */
export const weightsMismatch = (encoder: string, problems: readonly string[]): MochiError => {
  const shown = problems.slice(0, 8);
  const more = problems.length - shown.length;
  return new MochiError('MOCHI_WEIGHTS_MISMATCH', {
    happened: `The weights do not fit the encoder ${encoder}: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    expected: 'every parameter and running statistic of the encoder under its torchvision name, in its shape, and no other',
    fix: 'Configure the encoder as the weights were made (name, stem, width, stages, head), and give the prefix of their names if they have one.',
  });
};
