import { MochiError } from '@mochi/contract';
import type { ImportPlan } from './import/plan-import.js';

export const encoderInput = (got: readonly number[]): MochiError =>
  new MochiError('MOCHI_ENCODER_INPUT', {
    happened: `The encoder was given images of shape [${got.join(', ')}].`,
    expected: 'normalised RGB images of shape [batch, height, width, 3]',
    fix: 'Give the images as a batch with the channels last; an image alone becomes a batch with tf.expandDims(image, 0).',
  });

/** @param plan What does not fit. */
export const weightsMismatch = (
  encoder: string,
  { prefix, missing, unexpected, misshaped }: Pick<ImportPlan, 'prefix' | 'missing' | 'unexpected' | 'misshaped'>,
): MochiError => {
  const parts = [some('missing', missing), some('unexpected', unexpected), some('of another shape', misshaped)];
  const heads = [...missing, ...unexpected, ...misshaped].every((name) => name.startsWith('fc.'));
  const stem = misshaped.some((problem) => problem.startsWith('conv1.weight'));
  const names = prefix === '' ? '' : ` (names after "${prefix}")`;
  return new MochiError('MOCHI_WEIGHTS_MISMATCH', {
    happened: `The weights do not fit the encoder ${encoder}${names}: ${parts.filter((part) => part !== '').join('; ')}.`,
    expected: 'every parameter and running statistic of the encoder under its torchvision name, in its shape, and no other',
    fix: heads
      ? 'Set weights.head to new, which draws the head anew, or configure encoder.head as the weights were made.'
      : stem
        ? 'Configure encoder.stem as the weights were made, or set weights.convertStem to true.'
        : 'Configure the encoder as the weights were made (name, stem, width, stages, head), and give weights.prefix if names have another.',
  });
};

const some = (what: string, names: readonly string[]): string => {
  if (names.length === 0) return '';
  const shown = names.slice(0, 6);
  return `${what}: ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
};

function fileReason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return cause instanceof Error ? cause.message : String(cause);
}

export const weightsUnreadable = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_WEIGHTS_UNREADABLE',
    {
      happened: `The weights file ${path} cannot be read: ${fileReason(cause)}.`,
      expected: 'a safetensors file, or one that torch.save wrote',
      fix: 'Correct the path: a relative one starts where the command is run.',
    },
    { cause },
  );

export const weightsFile = (problem: string, cause?: unknown, path = 'The weights file'): MochiError =>
  new MochiError(
    'MOCHI_WEIGHTS_FILE',
    {
      happened: `${path} is no checkpoint that can be read: ${problem}.`,
      expected: 'safetensors, or a state_dict (or a checkpoint with one in it) as torch.save writes it',
      fix: 'Download it again, or save the state_dict alone: torch.save(model.state_dict(), "weights.pth").',
    },
    { cause },
  );

export const pickleRefused = (name: string): MochiError =>
  new MochiError('MOCHI_PICKLE_REFUSED', {
    happened: `The weights file names ${name}, which loading a checkpoint does not need: it may be an attack, and nothing was executed.`,
    expected: 'tensors, numbers and text alone',
    fix: 'Do not open this file in Python either, unless you trust where it comes from. If you do, save its state_dict as safetensors there.',
  });
