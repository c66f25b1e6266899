import { MochiError } from '@mochi/contract';
import { ANOTHER, differencesOf, type WeightsDescription } from './import/describe-weights.js';
import type { ImportPlan } from './import/plan-import.js';

export const encoderInput = (got: readonly number[]): MochiError =>
  new MochiError('MOCHI_ENCODER_INPUT', {
    happened: `The encoder was given images of shape [${got.join(', ')}].`,
    expected: 'normalised RGB images of shape [batch, height, width, 3]',
    fix: 'Give the images as a batch with the channels last; an image alone becomes a batch with tf.expandDims(image, 0).',
  });

/** @param plan What does not fit. @param is What the weights are of, @param wanted what they are for; undefined where they are no ResNet. */
export const weightsMismatch = (
  encoder: string,
  { prefix, missing, unexpected, misshaped }: Pick<ImportPlan, 'prefix' | 'missing' | 'unexpected' | 'misshaped'>,
  is?: WeightsDescription,
  wanted?: WeightsDescription,
): MochiError => {
  const differences = is && wanted ? differencesOf(is, wanted) : [];
  const side = (at: 1 | 2): string => differences.map((row) => `${row[0]}: ${row[at]}`).join(', ');
  const lists = [some('missing', missing), some('unexpected', unexpected), some('of another shape', misshaped)];
  const names = prefix === '' ? '' : ` (names after "${prefix}")`;
  const sides = differences.length > 0 ? [`the weights have ${side(1)}, the config ${side(2)}`] : [];
  return new MochiError('MOCHI_WEIGHTS_MISMATCH', {
    happened: `The weights file does not fit the encoder ${encoder}${names}: ${[...sides, ...lists].filter((part) => part !== '').join('; ')}.`,
    expected: 'every parameter and running statistic of the encoder under its torchvision name, in its shape, and no other',
    fix: fixFor(differences, misshaped.some((problem) => problem.startsWith('conv1.weight'))), // prettier-ignore
  });
};

/** What to write, by what differs. @param stem Whether the first kernel has another shape. */
function fixFor(differences: ReturnType<typeof differencesOf>, stem: boolean): string {
  const head = differences.find(([option]) => option === 'head')?.[1];
  const body = differences.filter(([option]) => option !== 'head');
  if (body.some(([option, is]) => option === 'name' && is === ANOTHER)) return 'Take weights of a resnet10, 18, 34 or 50.';
  const sentences: string[] = [];
  if (body.length > 0) sentences.push(`Write in encoder: ${body.map(([option, is]) => `${option}: ${is}`).join(', ')}.`);
  // Nothing but the first kernel may differ: the others are not converted.
  if (stem && body.every(([option]) => option === 'stem'))
    sentences.push(`${body.length > 0 ? 'Or set' : 'Set'} weights.convertStem to true.`);
  if (head !== undefined) {
    const kept = head === 'none' ? '' : `, or keep that of the file by head: ${head}`;
    sentences.push(`Set weights.head to new, which draws the head anew for training${kept}.`);
  }
  return sentences.join(' ') || 'Configure the encoder as the weights were made, and set weights.prefix if names have another.';
}

/** @param found Prefixes of the networks in the file. @param wanted The one that was asked for. */
export const weightsPrefix = (found: readonly string[], wanted?: string): MochiError =>
  new MochiError('MOCHI_WEIGHTS_PREFIX', {
    happened: `The weights file has ${wanted === undefined ? 'more than one network' : `not one network under "${wanted}"`}: there are ${found.map((prefix) => `"${prefix}"`).join(', ')}.`,
    expected: 'the prefix of one of them',
    fix: `Choose by weights.prefix, e.g. encoder: { weights: { file: ..., prefix: ${JSON.stringify(found.at(-1))} } }.`,
  });

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

export const weightsFile = (problem: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_WEIGHTS_FILE',
    {
      happened: `The weights file is no checkpoint that can be read: ${problem}.`,
      expected: 'safetensors, or a state_dict (or a checkpoint with one in it) as torch.save writes it',
      fix: 'Download it again, or save the state_dict alone: torch.save(model.state_dict(), "weights.pth").',
    },
    { cause },
  );

export const weightsNotFinite = (tensor: string, value: number): MochiError =>
  new MochiError('MOCHI_WEIGHTS_NOT_FINITE', {
    happened: `The weights file has ${value} among the values of ${tensor}.`,
    expected: 'finite numbers',
    fix: 'Take a checkpoint from before its training diverged, or download it again if it was damaged on the way.',
  });

/** Classes of networks, which torch.save(model) names. */
const OF_A_MODEL = /^(torch\.nn|torchvision|timm|__main__)\./;

export const pickleRefused = (name: string): MochiError =>
  OF_A_MODEL.test(name)
    ? new MochiError('MOCHI_PICKLE_REFUSED', {
        happened: `The weights file names the class ${name}: it has a whole model, as torch.save(model) writes it, and reading that would run code. Nothing was executed.`,
        expected: 'a state_dict: tensors, numbers and text alone',
        fix: 'Save the state_dict in Python, if you trust the file: torch.save(model.state_dict(), "weights.pth").',
      })
    : new MochiError('MOCHI_PICKLE_REFUSED', {
        happened: `The weights file names ${name}, which loading a checkpoint does not need: it may be an attack, and nothing was executed.`,
        expected: 'tensors, numbers and text alone',
        fix: 'Do not open this file in Python either, unless you trust where it comes from. If you do, save its state_dict as safetensors there.',
      });
