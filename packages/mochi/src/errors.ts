import { extname } from 'node:path';
import { isMochiError, MochiError } from '@mochi/contract';
import { TensorFlowError } from '@mochi/tensorflow';

export const badProfileOption = (name: string, value: number, least: number): MochiError =>
  new MochiError('MOCHI_PROFILE_OPTIONS', {
    happened: `A profile was asked for with ${name} = ${value}.`,
    expected: `a whole number from ${least}`,
    fix: `Correct ${name}, or leave it out.`,
  });

export const profileTooShort = (steps: number, reason: string): MochiError =>
  new MochiError('MOCHI_PROFILE_TOO_SHORT', {
    happened: `The run ended after ${steps} step${steps === 1 ? '' : 's'}, before those that were to be measured: ${reason}.`,
    expected: 'a run that goes on for the steps of warm-up, those that are measured, and those that are traced',
    fix: 'Lower steps, warmup or traced, or leave out the plugin whose should-stop hook ends the run.',
  });

export const badComparison = (file: string, reason: string): MochiError =>
  new MochiError('MOCHI_COMPARE_CONFIG', {
    happened: `${file} is no comparison: ${reason}`,
    expected: 'YAML with `base` (or `run`) and `vary`, e.g. vary: { sampler: [uniform, mochi], seed: [1, 2] }',
    fix: 'Correct the place named; mochi compare is described in docs/cli.md.',
  });

export const comparisonTwice = (file: string, variant: string): MochiError =>
  new MochiError('MOCHI_COMPARE_CONFIG', {
    happened: `${file} has two variants that are called "${variant}".`,
    expected: 'variants of different names',
    fix: 'Give one of the values a label: { label: NAME, value: VALUE }.',
  });

/** @param mistakes Of all variants; one that several share is said once. */
export const variantsWrong = (
  file: string,
  mistakes: readonly { readonly variant: string; readonly message: string }[],
  variants: number,
): MochiError => {
  const lines = [...new Set(mistakes.map(({ message }) => message))].map((message) => {
    const names = [...new Set(mistakes.filter((one) => one.message === message).map(({ variant }) => variant))];
    return `  ${names.length === variants && variants > 1 ? 'every variant' : names.join('; ')}: ${message}`;
  });
  return new MochiError('MOCHI_COMPARE_CONFIG', {
    happened: `${file} cannot be run as it is; nothing was trained.\n${lines.join('\n')}`,
    expected: 'variants that can all be trained, and metrics that some run measures',
    fix: 'Correct these places. What was done before stays done.',
  });
};

export const nothingKnown = (out: string, others: number): MochiError =>
  new MochiError('MOCHI_COMPARE_CONFIG', {
    happened: `No finished run of the comparison with these options is in ${out}; the finished runs there, ${others}, have other ones. Tables and page stay as they are.`,
    expected: 'with --table-only (tableOnly), the overrides that the runs were made with',
    fix: 'Give the same overrides as then, or leave --table-only out to train these.',
  });

export const nothingToReport = (paths: readonly string[]): MochiError =>
  new MochiError('MOCHI_REPORT_NO_RUN', {
    happened: `Nothing of a run is in ${paths.join(', ')}.`,
    expected: 'folders that mochi train or mochi compare wrote: config.json, events.jsonl or summary.json is there',
    fix: 'Name the folder of a run, e.g. mochi report runs/NAME.',
  });

export const unknownBaseline = (file: string, baseline: string, variants: readonly string[]): MochiError =>
  new MochiError('MOCHI_COMPARE_CONFIG', {
    happened: `${file} holds its variants against "${baseline}", which is none of them.`,
    expected: `one of ${variants.join('; ')}`,
    fix: 'Write the label of a variant as the table shows it, or leave `baseline` out: the first one is it then.',
  });

export const noSuchEncoder = (name: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_ENCODER_UNKNOWN', {
    happened: `The run has no encoder "${name}".`,
    expected: `one of: ${known.join(', ')}`,
    fix: 'Name one of these, or leave it out for the query encoder.',
  });

/** @param known What writes embeddings and encoders: what ships, and what the run lists. @param other Whether this one writes the other of the two. */
export const formatWritesNot = (
  format: string,
  what: 'embeddings' | 'encoders',
  known: Readonly<Record<'embeddings' | 'encoders', readonly string[]>>,
  other: boolean,
): MochiError => {
  const [call, method] = what === 'encoders' ? ['embed', 'writeEncoder(trained, path)'] : ['export', 'write(table, path)'];
  return new MochiError('MOCHI_EXPORT_FORMAT', {
    happened: `The exporter ${format} does not write ${what}.`,
    expected: `${known.embeddings.join(', ')} for embeddings; ${known.encoders.join(', ')} for encoders`,
    fix: other
      ? `Use mochi ${call} --format ${format}, or another format.`
      : `Name another format, or, in an exporter of your own, write the method ${method}.`,
  });
};

/** @param own Exporters of embeddings that the run lists. */
export const formatUnknown = (out: string, endings: readonly string[], own: readonly string[]): MochiError =>
  new MochiError('MOCHI_EXPORT_FORMAT', {
    happened: `The ending of ${out} stands for no format of embeddings.`,
    expected: `a name that ends in one of ${endings.join(', ')}, or a format by name`,
    fix: `Give the file one of these endings, or name the exporter: --format ${own.join(' or ') || 'NAME'} (in a program, format).`,
  });

export const exportedNothing = (exporter: string, path: string, found: string): MochiError =>
  new MochiError('MOCHI_EXPORT_NOTHING', {
    happened: `The exporter ${exporter} ended without a failure and did not write ${path}: ${found}.`,
    expected: 'a file at this path, or a folder with files, once the promise of the exporter is fulfilled',
    fix: 'Write to the path that the exporter is given, and await what writes; or report this to whoever wrote the exporter.',
  });

/** @param formats Those that write such a file. @param own Ending of the format; null: it writes a folder. */
export const endingOfAnother = (format: string, path: string, formats: readonly string[], own: string | null): MochiError => {
  const ending = extname(path);
  const name = `${path.slice(0, -ending.length)}${own ?? ''}`;
  const other = formats.length === 0 ? '' : `, or ask for the format ${formats.join(' or ')}`;
  return new MochiError('MOCHI_EXPORT_FORMAT', {
    happened: `The format ${format} was to be written to ${path}, and files that end in ${ending} hold something else.`,
    expected: own === null ? `a folder for ${format}, without such an ending` : `a name that ends in ${own}`,
    fix: `Name it ${name}${other}.`,
  });
};

export const noPlainPreprocessing = (): MochiError =>
  new MochiError('MOCHI_EXPORT_PREPROCESSING', {
    happened: "The augmentation's eval view is no resize, centre crop and normalisation of each channel.",
    expected: 'an eval view that can be told to other tools as size, resize, mean and std',
    fix: 'Write an eval view of that kind in the augmentation.',
  });

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** Why something cannot be read, in words for whoever gave it. */
function reasonOf(cause: unknown): string {
  if (cause instanceof TensorFlowError) return cause.reason;
  if (isMochiError(cause)) return cause.happened;
  if (!(cause instanceof Error)) return String(cause);
  return FILE_REASONS[(cause as NodeJS.ErrnoException).code ?? ''] ?? cause.message;
}

export const imageUnreadable = (image: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_IMAGE_UNREADABLE',
    {
      happened: `The image ${image} cannot be read: ${reasonOf(cause).replace(/\.$/, '')}.`,
      expected: 'a JPEG, PNG, GIF, BMP or WebP file',
      fix: 'Check that the path is right and that the file opens elsewhere.',
    },
    { cause },
  );

export const noEvaluators = (path: string): MochiError =>
  new MochiError('MOCHI_ARGUMENT', {
    happened: `${path} has no evaluators, and none were named: there is nothing to measure.`,
    expected: 'evaluators in its config, or named (--evaluators, or evaluators)',
    fix: "Name one, e.g. --evaluators knn, or evaluate(run, { evaluators: ['knn'] }).",
  });

export const noHead = (encoder: string): MochiError =>
  new MochiError('MOCHI_ENCODER_HEADLESS', {
    happened: `The weights of the encoder ${encoder} have no head, and features of the layer "head" were asked for.`,
    expected: 'the layer "backbone" of weights without a head',
    fix: 'Leave layer out, or export the encoder with its head.',
  });

export const encoderDiffers = (file: string, stated: string, asked: string): MochiError =>
  new MochiError('MOCHI_WEIGHTS_ENCODER', {
    happened: `${file} says that its weights are of the encoder ${stated}, and ${asked} was asked for.`,
    expected: `the encoder ${stated}`,
    fix: 'Leave the option encoder out: the file says all that is needed.',
  });

export const encoderDisposed = (name: string): MochiError =>
  new MochiError('MOCHI_ENCODER_DISPOSED', {
    happened: `The encoder ${name} was asked for features after dispose().`,
    expected: 'every embed before dispose(), which frees the weights',
    fix: 'Dispose it when the program ends, or load it again.',
  });

export const noEncoderIn = (path: string): MochiError =>
  new MochiError('MOCHI_WEIGHTS_KIND', {
    happened: `${path} is a file of a kind that no encoder is loaded from.`,
    expected: 'a run folder, a config (.yaml, .json, .ts, .js), or weights: .safetensors, .pth, .pt',
    fix: 'Give one of these. Weights under another name are read where the option encoder says what they are for.',
  });

export const weightsWithoutEncoder = (file: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_WEIGHTS_ENCODER', {
    happened: `${file} does not show which encoder its weights are for.`,
    expected: `weights of ${known.join(', ')}, by torchvision's names`,
    fix: "Give the encoder, e.g. loadEncoder(file, { encoder: 'resnet50' }), or a file with such weights.",
  });

export const stemUnclear = (file: string, stems: readonly string[]): MochiError =>
  new MochiError('MOCHI_WEIGHTS_ENCODER', {
    happened: `${file} does not show which stem its network has: its first kernel is that of ${stems.join(' and ')}.`,
    expected: 'the stem: small has stride 2, cifar stride 1',
    fix: "Give it, e.g. loadEncoder(file, { encoder: { stem: 'cifar' } }).",
  });

export const weightsAlone = (file: string): MochiError =>
  new MochiError('MOCHI_WEIGHTS_KIND', {
    happened: `${file} is a weights file, which does not say how images are shown to the encoder.`,
    expected: 'a run, or a config with the weights in it',
    fix: `Write a config of the sections augment, encoder: { name: resnet18, weights: ${file} } and, to measure, data; in a program loadEncoder takes the file itself.`,
  });

export const weightsTwice = (file: string, other: string): MochiError =>
  new MochiError('MOCHI_ARGUMENT', {
    happened: `loadEncoder was given the weights file ${file}, and its option encoder names ${other}.`,
    expected: 'one file',
    fix: 'Take weights.file out of the option encoder; what else stands in weights says how the file is read.',
  });

export const exportUnwritable = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_EXPORT_UNWRITABLE',
    {
      happened: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'a path in a folder that can be written, on a disk with room',
      fix: 'Correct --out or --to (out, to), or the permissions of its folder.',
    },
    { cause },
  );

export const sheetUnwritable = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_SHEET_UNWRITABLE',
    {
      happened: `The sheet ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'a file in a folder that can be written, on a disk with room',
      fix: 'Correct --sheet, or the permissions of its folder.',
    },
    { cause },
  );
