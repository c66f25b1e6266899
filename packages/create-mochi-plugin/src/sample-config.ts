import type { TemplateKind } from './kinds.js';

/** A run of seconds on small images: every section but that of the plugin is built in. */
const BASE = {
  data: '{ name: image-folder, root: photos }',
  augment: '{ name: moco-v2, size: 32 }',
  encoder: '{ name: resnet10, stem: small, width: 8, head: { hidden: 32, dim: 16 } }',
  method: '{ name: moco-v2, batchNorm: { split: 2 } }',
  bank: '{ name: fifo, capacity: 64 }',
  sampler: '{ name: mochi, n: 16, s: 16, sPrime: 4 }',
  optimizer: '{ name: sgd, rate: 0.03 }',
  train: '{ steps: 12, batchSize: 8, logEvery: 1 }',
  evaluators: '[{ name: knn, k: 3, test: train, leaveOneOut: true }]',
  trackers: '[progress, jsonl]',
};

/** The section of each kind, with the plugin in it. */
const OWN: Readonly<Record<TemplateKind, (plugin: string) => Partial<Record<keyof typeof BASE | 'exporters', string>>>> = {
  sampler: (name) => ({ sampler: `{ name: ${name}, n: 16 }` }),
  bank: (name) => ({ bank: `{ name: ${name}, capacity: 64 }` }),
  method: (name) => ({ method: `{ name: ${name}, temperature: 0.2 }` }),
  augment: (name) => ({ augment: `{ name: ${name}, size: 32 }` }),
  data: (name) => ({ data: `{ name: ${name}, count: 24, size: 32 }` }),
  encoder: (name) => ({ encoder: `{ name: ${name}, width: 8, dim: 16 }` }),
  evaluator: (name) => ({ evaluators: `[{ name: ${name}, test: train, every: 1ep }]` }),
  tracker: (name) => ({ trackers: `[progress, jsonl, { name: ${name} }]` }),
  exporter: (name) => ({
    exporters: `[{ name: ${name} }] # called by: npx mochi embed runs/try --out features.jsonl --format ${name}`,
  }),
};

const yaml = (sections: object): string =>
  Object.entries(sections)
    .map(([section, value]) => `${section}: ${value}`)
    .join('\n');

/** The section that a plugin of a kind stands in, as a config has it. */
export const ownSection = (kind: TemplateKind, plugin: string): string => yaml(OWN[kind](plugin));

/** A config that trains with the plugin of the folder that it lies in. */
export function sampleConfig(kind: TemplateKind, plugin: string): string {
  const images = kind === 'data' ? '' : ' Its images may be any folder of photos; `npm run photos` makes some up.';
  return `# A run of some seconds with this plugin.${images}
#   npm run build
#   npx mochi train mochi.yaml --run runs/try
plugins: [.] # this package, as it is built
${yaml({ ...BASE, ...OWN[kind](plugin) })}
`;
}
