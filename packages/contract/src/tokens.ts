import type {
  Augmentation,
  AugmentationOp,
  Dataset,
  Encoder,
  Evaluator,
  InputMixing,
  Exporter,
  MemoryBank,
  Method,
  NegativeSampler,
  Optimizer,
  PositiveSource,
  Schedule,
  Tracker,
} from './domain/index.js';
import type { PluginKind } from './plugin.js';
import { defineListToken, type ListToken } from './token.js';

export const DATASET = defineListToken<Dataset>('dataset');
export const AUGMENTATION = defineListToken<Augmentation>('augmentation');
/** Operations for the lists of recipes, beside those that ship. */
export const AUGMENTATION_OP = defineListToken<AugmentationOp>('augmentation-op');
export const INPUT_MIXING = defineListToken<InputMixing>('input-mixing');
export const ENCODER = defineListToken<Encoder>('encoder');
export const METHOD = defineListToken<Method>('method');
export const BANK = defineListToken<MemoryBank>('bank');
export const NEGATIVE_SAMPLER = defineListToken<NegativeSampler>('negative-sampler');
export const POSITIVE_SOURCE = defineListToken<PositiveSource>('positive-source');
export const OPTIMIZER = defineListToken<Optimizer>('optimizer');
export const SCHEDULE = defineListToken<Schedule>('schedule');
/** Provided by whoever needs labels in the batches of training beside samplers and banks; the value says who. They never reach the method's loss by it. */
export const LABELS_WANTED = defineListToken<string>('labels-wanted');
export const EVALUATOR = defineListToken<Evaluator>('evaluator');
export const TRACKER = defineListToken<Tracker>('tracker');
export const EXPORTER = defineListToken<Exporter>('exporter');

/** The token that a plugin of each kind must provide; an extension may provide anything. */
export const TOKEN_OF_KIND: Readonly<Record<Exclude<PluginKind, 'extension'>, ListToken<unknown>>> = {
  data: DATASET,
  augment: AUGMENTATION,
  mixing: INPUT_MIXING,
  encoder: ENCODER,
  method: METHOD,
  bank: BANK,
  sampler: NEGATIVE_SAMPLER,
  positives: POSITIVE_SOURCE,
  optimizer: OPTIMIZER,
  schedule: SCHEDULE,
  evaluator: EVALUATOR,
  tracker: TRACKER,
  exporter: EXPORTER,
};
