import { basename, isAbsolute } from 'node:path';
import type { DataFingerprint, ImportedWeights, ModelFacts, OptionChange, TrainedEncoder } from '@mochi/contract';
import type { CardConfig } from './config.js';
import { metricsText } from './metrics-text.js';
import { pytorchSnippet } from './pytorch-snippet.js';
import { table } from './table.js';

/** What a reader needs to know of an encoder before using it, as Markdown. @see Mitchell et al. 2019, Model Cards, arXiv:1810.03993 */
export async function modelCard(trained: TrainedEncoder, { licence, dataLicence }: CardConfig): Promise<string> {
  const { facts, preprocessing, encoder } = trained;
  const { size, resize, resizeSmall, mean, std } = preprocessing;
  const parameters = Object.values(trained.weights.params).reduce((sum, tensor) => sum + tensor.size, 0);
  const data = await facts.fingerprint();
  const isTrained = facts.step > 0;
  const rows: [string, string][] = [
    ['encoder', encoder.name],
    ['parameters', parameters.toLocaleString('en-US')],
    ['outputs', `backbone ${encoder.dims.backbone}, head ${encoder.dims.head} (float32, not normalised)`],
    ['begun from', facts.initialWeights ? weightsText(facts.initialWeights) : 'weights as drawn'],
    ['trained for', isTrained ? lengthText(facts, data) : 'nothing was trained'],
    ...(facts.begun === null ? [] : [['training began', facts.begun.slice(0, 10)] as [string, string]]),
    ['version of mochi', facts.mochi ?? 'not recorded'],
    ['licence of the weights', licence],
  ];
  return [
    `# ${facts.name}`,
    introduction(facts),
    '## Model',
    table(['', ''], rows),
    '## Input',
    `RGB, the shorter side resized to ${resize} pixels (to ${resizeSmall} where it is not above ${size}) with bilinear interpolation and antialiasing, the centre ${size} x ${size} cut out, scaled to 0..1, then (x - mean) / std with mean [${mean.join(', ')}] and std [${std.join(', ')}].`,
    '## Data',
    isTrained ? dataText(data, dataLicence) : 'Nothing was trained here.',
    '## Metrics',
    metricsText(facts.metrics, data),
    '## Recipe',
    `${recipeText(facts)}\n\n\`\`\`json\n${JSON.stringify(facts.config, withoutMachine, 2)}\n\`\`\``,
    '## Use in PyTorch',
    pytorchSnippet(encoder.name, facts.config['encoder']),
    '## Limits',
    limitsText(facts),
  ]
    .join('\n\n')
    .concat('\n');
}

function introduction(facts: ModelFacts): string {
  const { step, initialWeights } = facts;
  const unknown = `weights of ${initialWeights && weightsText(initialWeights)}, whose data and licence are not known to mochi`;
  const use = 'Features are for retrieval, clustering and transfer; there are no classes to predict.';
  if (step === 0)
    return `An image encoder with ${initialWeights ? unknown : 'weights as they were drawn'}. Nothing was trained here.`;
  return `An image encoder, trained contrastively by mochi: ${methodOf(facts)}.${initialWeights ? ` Begun from ${unknown}.` : ''} ${use}`;
}

const weightsText = ({ file, sha256 }: ImportedWeights): string =>
  `\`${file}\` (SHA-256 ${sha256 === null ? 'not recorded' : `\`${sha256}\``})`;

/** `504 steps, 9 epochs`; of a run that ended within its first, `6 steps, 0.11 epochs`. */
function lengthText({ step, epoch, seen }: ModelFacts, { splits }: DataFingerprint): string {
  const images = splits[0]?.images;
  const epochs = images === undefined || images === 0 ? epoch : Number((seen / images).toFixed(2));
  return `${step} ${step === 1 ? 'step' : 'steps'}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

const changeText = ({ step, options }: OptionChange): string =>
  `Until step ${step} the run had other options: ${options.map((option) => `\`${option}\``).join(', ')}.`;

function recipeText({ step, changes, initialWeights }: ModelFacts): string {
  if (step === 0) return 'The config that was opened; nothing was trained by it.';
  if (changes.length > 0)
    return `The config of the last steps; no config gives these weights in one go. ${changes.map(changeText).join(' ')}`;
  return `The config that the run was made of; with the same data${initialWeights ? ', first weights' : ''} and version \`mochi train\` gives the same weights on a CPU.`;
}

function limitsText({ step, initialWeights }: ModelFacts): string {
  const images = [
    ...(step > 0 ? ['the images that it was trained on'] : []),
    ...(initialWeights ? ['those behind the weights that it began from'] : []),
  ];
  const learnt = images.length === 0 ? 'It has learnt nothing yet.' : `What ${images.join(' and ')} lack or favour, it does too.`;
  const hard = step === 0 ? '' : ' Hard negatives may have been images of the same class.';
  return `${learnt} The head is for pretraining; transfer from the backbone.${hard}`;
}

/** Folders of one machine say nothing elsewhere, and may say more than their owner wants. */
const withoutMachine = (_: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const path = value.startsWith('file:') ? value.slice('file:'.length) : value;
  return isAbsolute(path) ? `.../${basename(path)}` : value;
};

function methodOf({ config, changes }: ModelFacts): string {
  const name = (section: unknown): string =>
    typeof section === 'object' && section !== null ? String((section as { name?: unknown }).name) : String(section);
  const samplers = [config['sampler']].flat().filter((section) => section !== undefined);
  return `method ${name(config['method'])}, negatives by ${samplers.map(name).join(', then ') || 'none'}${changes.length > 0 ? ', at the end (see Recipe)' : ''}`;
}

function dataText({ dataset, splits }: DataFingerprint, licence: string): string {
  const rows = splits.map(({ name, images, classes, bytes, namesSha256 }) => [
    name,
    String(images),
    classes === null ? 'unlabelled' : String(classes),
    bytes === null ? 'not counted' : String(bytes),
    `\`${namesSha256}\``,
  ]);
  const head = ['split trained on', 'images', 'classes', 'bytes', 'SHA-256 of their names'];
  const images = rows.length === 0 ? 'Which images they are is not recorded.' : table(head, rows);
  return `Data set: ${dataset}. Licence of the images: ${licence}.\n\n${images}`;
}
