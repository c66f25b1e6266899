/** What can be made: the kinds of plugins, as the config calls them. */
export const KINDS = {
  sampler: 'which negatives each query gets',
  bank: 'which keys of the past are kept',
  method: 'what the loss is made of',
  augment: 'what views show of an image',
  data: 'where images come from',
  encoder: 'the network',
  evaluator: 'a number about the features',
  tracker: 'what is told of a run, and to whom',
  exporter: 'a file format for embeddings',
} as const;

export type TemplateKind = keyof typeof KINDS;

const inList = (section: string): string =>
  `\`${section}\` of a config takes the place of a preset's list: name what is to stay, too.\n`;

/** What the README says besides of a kind, as paragraphs. */
export const NOTES: Readonly<Partial<Record<TemplateKind, (plugin: string) => string>>> = {
  exporter: (
    plugin,
  ) => `Training calls no exporter. \`mochi embed RUN --out FILE --format ${plugin}\` does (\`export\` where it has \`writeEncoder\`); where the run lists it
under \`exporters\`, its options there count, and \`--format\` takes the word of its \`format\` too. ${inList('exporters')}`,
  evaluator: () => inList('evaluators'),
  tracker: () => inList('trackers'),
  augment:
    () => `This is a whole recipe: crop, changes and normalisation of every view. For one more change of the images in the recipes that ship, write an
\`extension\` that provides AUGMENTATION_OP instead (mochi's docs, "Write a plugin", augmentation).
`,
};

const ALIASES: Readonly<Record<string, TemplateKind>> = { augmentation: 'augment', dataset: 'data', 'data-set': 'data' };

/** The kind that a word means, or undefined. */
export const kindOf = (word: string): TemplateKind | undefined =>
  Object.hasOwn(KINDS, word) ? (word as TemplateKind) : Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
