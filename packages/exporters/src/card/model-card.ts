import { basename, isAbsolute } from 'node:path';
import type { DataFingerprint, ModelFacts, ModelMetric, TrainedEncoder } from '@mochi/contract';
import type { CardConfig } from './config.js';
import { pytorchSnippet } from './pytorch-snippet.js';

/** What a reader needs to know of an encoder before using it, as Markdown. @see Mitchell et al. 2019, Model Cards, arXiv:1810.03993 */
export async function modelCard(trained: TrainedEncoder, { licence, dataLicence }: CardConfig): Promise<string> {
  const { facts, preprocessing, encoder } = trained;
  const { size, resize, resizeSmall, mean, std } = preprocessing;
  const parameters = Object.values(trained.weights.params).reduce((sum, tensor) => sum + tensor.size, 0);
  return [
    `# ${facts.name}`,
    `An image encoder, trained without labels by mochi: ${methodOf(facts)}. Features are for retrieval, clustering and transfer; there are no classes to predict.`,
    '## Model',
    table(
      ['', ''],
      [
        ['encoder', encoder.name],
        ['parameters', parameters.toLocaleString('en-US')],
        ['outputs', `backbone ${encoder.dims.backbone}, head ${encoder.dims.head} (float32, not normalised)`],
        ['trained for', `${facts.step} steps, ${facts.epoch} epochs`],
        ['licence of the weights', licence],
      ],
    ),
    '## Input',
    `RGB, the shorter side resized to ${resize} pixels (to ${resizeSmall} where it is not above ${size}) with bilinear interpolation and antialiasing, the centre ${size} x ${size} cut out, scaled to 0..1, then (x - mean) / std with mean [${mean.join(', ')}] and std [${std.join(', ')}].`,
    '## Data',
    dataText(await facts.fingerprint(), dataLicence),
    '## Metrics',
    metricsText(facts),
    '## Recipe',
    `The config that the run was made of; with the same data and version \`mochi train\` gives the same weights on a CPU.\n\n\`\`\`json\n${JSON.stringify(facts.config, withoutMachine, 2)}\n\`\`\``,
    '## Use in PyTorch',
    pytorchSnippet(encoder.name, facts.config['encoder']),
    '## Limits',
    'It has learnt from the images named above and no others: what they lack or favour, it does too. The head is for pretraining; transfer from the backbone. Hard negatives may include images of the same class; metrics of the run (false-negative rate) say how many.',
  ]
    .join('\n\n')
    .concat('\n');
}

/** Folders of one machine say nothing elsewhere, and may say more than their owner wants. */
const withoutMachine = (_: string, value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const path = value.startsWith('file:') ? value.slice('file:'.length) : value;
  return isAbsolute(path) ? `.../${basename(path)}` : value;
};

function methodOf({ config }: ModelFacts): string {
  const name = (section: unknown): string =>
    typeof section === 'object' && section !== null ? String((section as { name?: unknown }).name) : String(section);
  const samplers = [config['sampler']].flat().filter((section) => section !== undefined);
  return `method ${name(config['method'])}, negatives by ${samplers.map(name).join(', then ') || 'none'}`;
}

function dataText({ dataset, splits }: DataFingerprint, licence: string): string {
  const rows = splits.map(({ name, images, classes, bytes, namesSha256 }) => [
    name,
    String(images),
    classes === null ? 'unlabelled' : String(classes),
    bytes === null ? 'not counted' : String(bytes),
    `\`${namesSha256}\``,
  ]);
  const head = ['split', 'images', 'classes', 'bytes', 'SHA-256 of their names'];
  const images = rows.length === 0 ? 'Which images they are is not recorded.' : table(head, rows);
  return `Data set: ${dataset}. Licence of the images: ${licence}.\n\n${images}`;
}

function metricsText({ metrics }: ModelFacts): string {
  const rows = Object.entries(metrics).map(([name, metric]) => [name, valueText(metric), metric.better, settingsText(metric)]);
  return rows.length === 0 ? 'None were measured.' : table(['metric', 'value', 'better', 'measured with'], rows);
}

function valueText({ value, unit, low, high }: ModelMetric): string {
  const interval = low === undefined || high === undefined ? '' : ` [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return `${value.toFixed(2)} ${unit}${interval}`;
}

/** `k 200, temperature 0.07`: what was set, or set by default; nothing that is null. */
const settingsText = ({ settings = {} }: ModelMetric): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
