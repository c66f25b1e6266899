import type { Augmentation, BankState, Dataset, Encoder, Evaluator, MemoryBank, Method, NegativeSampler, Optimizer, Schedule, SplitSource } from '@mochi/contract';
import { inSteps, type EventBus, type HookRunner, type RunHost } from '@mochi/core';
import { DEFAULT_EPOCHS, type TrainConfig } from '../config.js';
import { bankSmallerThanBatch, viewsMissing } from '../errors.js';
import { stepsPerEpoch } from '../input/index.js';
import { buildStep, type Step } from '../step/build-step.js';
import type { StepParts } from '../step/parts.js';
import type { EvaluationParts } from './evaluation.js';
import { FeatureReader } from './features.js';
import type { ScalarInputs, StateInputs } from './inputs.js';
import type { SaverOptions } from './saver.js';

/** Everything that a run is made of, checked and connected, before the first tensor exists. */
export interface RunParts {
  readonly step: StepParts;
  readonly hooks: HookRunner;
  readonly bus: EventBus;
  readonly dataset: Dataset;
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  readonly evaluators: readonly Evaluator[];
  readonly evaluation: EvaluationParts;
  readonly scalars: ScalarInputs;
  readonly states: StateInputs;
  readonly train: TrainConfig;
  readonly batchSize: number;
  readonly logEvery: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly totalEpochs: number;
  readonly eager: boolean;
  buildStep(): Step;
}
