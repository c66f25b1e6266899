import type { Augmentation, Dataset, Evaluator, Method, SplitSource } from '@mochi/contract';
import { nameClash, type EventBus, type HookRunner, type RunHost, type RuntimeConfig } from '@mochi/core';
import { resolvePrecision, runtimeInfo, type Precision } from '@mochi/tensorflow';
import { DEFAULT_EPOCHS, type TrainConfig } from '../config.js';
import { evaluatorTwice, metricUnknown, mixingUnsupported } from '../errors.js';
import { stepsPerEpoch, viewSpecs } from '../input/index.js';
import { assembleNegatives } from './assemble-negatives.js';
import { checkEvaluators } from './check-evaluators.js';
import { checkedEncoder } from '../returned/encoder.js';
import { checkedMethod } from '../returned/method.js';
import { requireDivisible } from '../step/accumulate.js';
import { buildStep, type Step } from '../step/build-step.js';
import { Faults } from '../step/faults.js';
import type { StepParts } from '../step/parts.js';
import type { EvaluationParts } from './evaluation.js';
import { FeatureReader } from './features.js';
import type { ScalarInputs } from './feeds.js';
import type { StateInputs } from './initial-state.js';
import { openedAloud } from './opened-aloud.js';
import { noticeParts, type Surroundings } from './part-notices.js';
import { tryChain } from './try-chain.js';
import { noticeEndlessWarmUp, type RunLength } from './warm-up.js';

type Warn = (source: string, message: string) => void;

/** Everything that a run is made of, checked and connected, before the first tensor exists. */
export interface RunParts {
  readonly step: StepParts;
  readonly hooks: HookRunner;
  readonly bus: EventBus;
  readonly dataset: Dataset;
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  readonly evaluators: readonly Evaluator[];
  /** Splits that each evaluator reads, by its name; empty where the run is only read. */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  /** Warnings of the checks, for whoever starts the run: trackers are not there yet. */
  readonly remarks: readonly { readonly source: string; readonly message: string }[];
  readonly evaluation: EvaluationParts;
  readonly scalars: ScalarInputs;
  readonly states: StateInputs;
  readonly train: TrainConfig;
  readonly batchSize: number;
  readonly logEvery: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly totalEpochs: number;
  /** Epochs after which the run ends even if broken images made them shorter than planned; Infinity where only steps count. */
  readonly epochLimit: number;
  readonly eager: boolean;
  /** Whether batches carry labels: something of this run asked for them. */
  readonly labels: boolean;
  /** What codes of `RunState.fault` mean. */
  readonly faults: Faults;
  buildStep(): Step;
}

export interface AssembleOptions {
  /** For evaluating or embedding: the data need not have the training split, nor a whole batch. Default false. */
  readonly reading?: boolean;
}

/**
 * Asks the host for every part and checks that they fit each other.
 *
 * @throws MOCHI_SECTION_MISSING, MOCHI_VIEW_MISSING, MOCHI_BANK_TOO_SMALL, MOCHI_BANK_NAME_TWICE, MOCHI_BANK_UNUSED, MOCHI_SAMPLER_ORDER,
 * MOCHI_METRIC_UNKNOWN, MOCHI_SAMPLER_BANK, MOCHI_SAMPLER_LABELS, MOCHI_POSITIVES_BANK, MOCHI_MIXING_UNSUPPORTED, MOCHI_FILL_KEYS,
 * MOCHI_PRECISION_UNAVAILABLE, MOCHI_ACCUMULATE, MOCHI_DENOMINATORS_DIFFER, MOCHI_UNKNOWN_SPLIT and
 * MOCHI_LABELS_NEEDED of evaluators, and what the data set says of its files.
 */
export async function assemble(host: RunHost, { reading = false }: AssembleOptions = {}): Promise<RunParts> {
  const { train, seed, runtime } = host.config as typeof host.config & { train: TrainConfig };
  const { id, method } = methodOf(host);
  const augmentation = host.one('augment');
  const views = viewSpecs(augmentation, method.views);
  const dataset = openedAloud(host);
  const source = await dataset.split(splitToOpen(dataset, train.split, reading));
  const { remarks, warn } = collectRemarks();
  const { labels, ...negatives } = assembleNegatives(host, method, source, { batchSize: reading ? null : train.batchSize, warn });
  const faults = new Faults();
  const step: StepParts = {
    method: { id, part: method },
    encoder: checkedEncoder(host.one('encoder')),
    ...negatives,
    ...mixingFor(host, method),
    ...{ seed, accumulate: train.accumulate, precision: reading ? 'float32' : precisionOf(runtime) },
    optimizer: host.one('optimizer'),
    schedule: host.find('schedule') ?? { name: 'constant', factor: () => 1 },
  };
  if (!reading) tryChain(step, host.scalars, host.states);
  const evaluators = host.all('evaluator');
  const clash = nameClash(host.provided('evaluator'));
  if (clash) throw evaluatorTwice(clash);
  if (!reading) for (const metric of [train.checkpoint.best, train.earlyStopping?.metric]) requireMetric(evaluators, metric);
  const reads = reading ? {} : await checkEvaluators(evaluators, { dataset, trained: train.split, warn });
  const length = lengthOf(train, source.length, reading);
  if (!reading) notice(step, { ...length, batchSize: train.batchSize, views, images: source.length }, warn);
  const reader = new FeatureReader({ dataset, augmentation, encoder: step.encoder, batchSize: train.batchSize, seed });
  return {
    step,
    hooks: host.hooks,
    bus: host.bus,
    dataset,
    source,
    augmentation,
    ...{ evaluators, reads, remarks },
    evaluation: {
      ...{ evaluators, reader, dataset, augmentation, step, bus: host.bus, scalars: host.scalars },
      ...{ batchSize: train.batchSize, trainSplit: train.split, limits: runtime },
    },
    scalars: host.scalars,
    states: host.states,
    train,
    batchSize: train.batchSize,
    logEvery: train.logEvery,
    ...length,
    ...{ labels, faults, eager: isEager(runtime) },
    buildStep: () => buildStep(step, host.hooks, faults),
  };
}

function collectRemarks() {
  const remarks: { source: string; message: string }[] = [];
  return { remarks, warn: (source: string, message: string): void => void remarks.push({ source, message }) };
}

/** What can be trained, and is hardly what was meant. */
function notice(step: StepParts, around: RunLength & Surroundings, warn: Warn): void {
  noticeEndlessWarmUp(step, around, warn);
  noticeParts(step, around, warn);
}

function mixingFor(host: RunHost, method: Method) {
  const mixing = host.find('mixing');
  if (!mixing) return {};
  if (!method.mixes) throw mixingUnsupported(method.name, mixing.name);
  return { mixing };
}

/** Steps and epochs. For reading, a data set may be smaller than a batch. @throws MOCHI_NO_BATCH, MOCHI_ACCUMULATE */
function lengthOf(train: TrainConfig, images: number, reading: boolean) {
  if (!reading) requireDivisible(train.batchSize, train.accumulate);
  const perEpoch = reading ? Math.max(1, Math.floor(images / train.batchSize)) : stepsPerEpoch(images, train.batchSize);
  const epochLimit = train.epochs ?? (train.steps === undefined ? DEFAULT_EPOCHS : Infinity);
  const totalSteps = Math.min(train.steps ?? Infinity, Math.round(epochLimit * perEpoch));
  return { stepsPerEpoch: perEpoch, totalSteps, totalEpochs: Math.ceil(totalSteps / perEpoch), epochLimit };
}

const isEager = ({ eager, compile }: RuntimeConfig): boolean => eager || !compile;

const precisionOf = (runtime: RuntimeConfig): Precision =>
  resolvePrecision(runtime.precision, runtimeInfo().precisions, { compiled: !isEager(runtime) });

function methodOf(host: RunHost): { readonly id: string; readonly method: Method } {
  const method = checkedMethod(host.one('method'));
  return { id: host.provided('method')[0]!.plugin, method };
}

/** For reading, a checkpoint needs the training split only where it is there: a bank may have a row for each of its samples. */
const splitToOpen = ({ splits }: Dataset, wanted: string, reading: boolean): string =>
  reading && !splits.includes(wanted) ? splits[0]! : wanted;

/** A misspelt metric, or one without a direction, would never be the best one, and nobody would know. */
function requireMetric(evaluators: readonly Evaluator[], wanted: string | null | undefined): void {
  if (wanted === null || wanted === undefined) return;
  const measured = evaluators.flatMap(({ name, metrics }) =>
    metrics.map((metric) => ({ ...metric, name: `${name}/${metric.name}` })),
  );
  const directed = measured.filter(({ better }) => better !== null).map(({ name }) => name);
  if (directed.includes(wanted)) return;
  throw metricUnknown(wanted, directed, measured.some(({ name }) => name === wanted)); // prettier-ignore
}
