import { shouldStop } from '@mochi/contract';
import { disposeTree } from '@mochi/tensorflow';
import { assemble, initialState, runTraining, warmUpSteps } from '@mochi/trainer';
import { requireConfig, requireOptions } from './check-arguments.js';
import { OPEN_OPTIONS, openRunOnEngine, type ConfigInput, type OpenOptions } from './open-run.js';

/** What a training would be, found out by its first step. */
export interface TrainingPlan {
  readonly name: string;
  /** Images of the training split, and its classes where it has labels. */
  readonly images: number;
  readonly classes: number | null;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly totalEpochs: number;
  /** Trained numbers. */
  readonly parameters: number;
  /** Bytes of the state, which is about what a checkpoint takes. */
  readonly stateBytes: number;
  readonly banks: readonly { readonly name: string; readonly capacity: number }[];
  /** The chain, in order, with the steps before each does what it is for. */
  readonly samplers: readonly { readonly name: string; readonly warmUpSteps: number }[];
  /**
   * For each sampler with hardest rows (its option `n`), where the data have classes: the largest share of the N that can be of the query's class,
   * min(1, K / (C N)) with C about equally frequent classes.
   */
  readonly ceilings: readonly { readonly sampler: string; readonly n: number; readonly share: number }[];
  /** Of the checks before the first step, each with its source: `(mochi): ...`. */
  readonly warnings: readonly string[];
  /** With the splits that each of them reads. */
  readonly evaluators: readonly { readonly name: string; readonly splits: readonly string[] }[];
}

/**
 * Does everything that comes before the first step (reads the config, sets plugins up, opens the data, fits the parts to each other, makes the
 * initial state and, where a bank is filled with keys, those), and then that step, in memory: the parts that fit on paper do so for real. Writes
 * nothing and runs no evaluator.
 *
 * @throws MochiError, the ones that `train` would throw up to there.
 */
export async function planTraining(config: ConfigInput, options: OpenOptions = {}): Promise<TrainingPlan> {
  requireConfig('planTraining', config);
  requireOptions('planTraining', options, OPEN_OPTIONS);
  const plan = await describe(config, options);
  const overrides = [...(options.overrides ?? []), 'evaluators=[]', 'trackers=[]'];
  const host = await openRunOnEngine(config, { ...options, overrides, log: undefined });
  try {
    host.hooks.tap('plan', shouldStop, ({ progress }) => (progress.step > 0 ? 'planned' : undefined));
    await runTraining(host, { runDir: null });
    return plan;
  } finally {
    await host.dispose();
  }
}

async function describe(config: ConfigInput, options: OpenOptions): Promise<TrainingPlan> {
  const host = await openRunOnEngine(config, options);
  try {
    const parts = await assemble(host);
    parts.evaluation.reader.dispose();
    const state = initialState(parts.step, parts.states);
    const parameters = Object.values(state.params).reduce((sum, { size }) => sum + size, 0);
    const stateBytes = bytesOf(state);
    disposeTree(state);
    const { batchSize, stepsPerEpoch, totalSteps, totalEpochs, source, evaluators, reads, remarks } = parts;
    return {
      name: host.config.name,
      images: source.length,
      classes: source.classes?.length ?? null,
      ...{ batchSize, stepsPerEpoch, totalSteps, totalEpochs, parameters, stateBytes },
      banks: parts.step.banks.map(({ bank, capacity }) => ({ name: bank.name, capacity })),
      samplers: parts.step.samplers.map(({ part }) => ({ name: part.name, warmUpSteps: warmUpSteps(parts.step, parts, part) })),
      ceilings: ceilingsOf(host.config['sampler'], parts.step.banks, source.classes?.length ?? 0),
      warnings: remarks.map(({ source, message }) => `(${source}): ${message}`),
      evaluators: evaluators.map(({ name }) => ({ name, splits: reads[name] ?? [] })),
    };
  } finally {
    await host.dispose();
  }
}

function ceilingsOf(
  samplers: unknown,
  banks: readonly { readonly bank: { readonly name: string }; readonly capacity: number }[],
  classes: number,
): TrainingPlan['ceilings'] {
  const entries = (Array.isArray(samplers) ? samplers : [samplers]) as readonly { name: string; n?: unknown; bank?: unknown }[];
  return entries.flatMap(({ name, n, bank }) => {
    const capacity = banks.find((one) => one.bank.name === bank)?.capacity;
    if (classes === 0 || typeof n !== 'number' || capacity === undefined) return [];
    return [{ sampler: name, n, share: Math.min(1, capacity / (classes * n)) }];
  });
}

/** Every element of a state takes four bytes. */
function bytesOf(tree: object): number {
  let sum = 0;
  for (const value of Object.values(tree)) {
    if (typeof value !== 'object' || value === null) continue;
    sum += 'dataId' in value ? (value as { size: number }).size * 4 : bytesOf(value as object);
  }
  return sum;
}
