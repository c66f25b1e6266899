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

const ALIASES: Readonly<Record<string, TemplateKind>> = { augmentation: 'augment', dataset: 'data', 'data-set': 'data' };

/** The kind that a word means, or undefined. */
export const kindOf = (word: string): TemplateKind | undefined =>
  Object.hasOwn(KINDS, word) ? (word as TemplateKind) : Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
