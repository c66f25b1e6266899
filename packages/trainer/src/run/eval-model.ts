import type { BankState, Batch, Drawn, EvalModel, Progress, SplitSource, StateTree, Tensors } from '@mochi/contract';
import { compile, createRng, disposeTree } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { bankEmpty, encoderUnknown } from '../errors.js';
import { ImageSequence, openEpoch, openImages, viewSpecs, ViewMaker, type BatchStream } from '../input/index.js';
import { bindMixing } from '../step/bind-mixing.js';
import { openDraws } from '../step/draw.js';
import { Faults } from '../step/faults.js';
import type { Feeds, RunState } from '../step/parts.js';
import type { EvaluationParts } from './evaluation.js';
import { makeFeeds, phasesAt } from './feeds.js';

/** The network of a run as evaluators may see it. Nothing of the state is changed. */
export function openModel(parts: EvaluationParts, state: RunState, progress: Progress, signal: AbortSignal): EvalModel {
  const { step, augmentation, batchSize } = parts;
  return {
    encoder: step.encoder,
    views: step.method.part.views,
    weights: (name) => weightsOf(parts, state, name),
    async images(split, { view = 'eval', data, batchSize: size = batchSize } = {}) {
      const source = await (data ?? parts.dataset).split(split);
      const sequence = new ImageSequence({ source, augmentation, view, batchSize: size, labels: true, xla: false });
      return {
        pass: ({ ids, draw = 0 } = {}) =>
          batchesOf(sequence.pass({ seed: step.seed, epoch: draw, ...(ids ? { order: ids } : {}) }), signal),
        dispose: () => sequence.dispose(),
      };
    },
    measureDraws: (batches, measure) => measureDraws(parts, state, progress, signal, batches, measure),
  };
}

/** @throws MOCHI_ENCODER_UNKNOWN */
export function weightsOf({ step: { method } }: Pick<EvaluationParts, 'step'>, state: RunState, name: string) {
  const encoders = method.part.encoders(state.params, state.method);
  const found = encoders[name];
  if (!found) throw encoderUnknown(name, Object.keys(encoders));
  return found;
}

/** The batches of a stream, which is disposed at the end, whoever ends it. */
async function* batchesOf(stream: BatchStream, signal: AbortSignal): AsyncGenerator<Batch> {
  try {
    for (let item = await stream.next(); item; item = await stream.next()) {
      if (signal.aborted) disposeTree(item.batch as unknown as Tensors);
      signal.throwIfAborted();
      yield item.batch;
    }
  } finally {
    await stream.dispose();
  }
}

type Measure = (drawn: Drawn, step: tf.Scalar) => Record<string, tf.Tensor>;

/** See EvalModel. The method's step without its gradient: normalised by the batch as in training, keys of the encoder as it stands. */
async function* measureDraws(
  parts: EvaluationParts,
  state: RunState,
  at: Progress,
  signal: AbortSignal,
  batches: number,
  measure: Measure,
): AsyncGenerator<Record<string, Float32Array>> {
  const { step, augmentation, batchSize, scalars } = parts;
  await requireKeys(step, state);
  const source = await parts.dataset.split(parts.trainSplit);
  const banks = await labelledBanks(state.banks, source);
  const progress = { ...at, filled: await filledRows(state) };
  const phases = phasesAt(step, progress);
  const feeds = makeFeeds(step, scalars, progress);
  const run = compile(
    (
      params: Tensors,
      method: StateTree,
      full: Record<string, BankState>,
      plugins: Record<string, Tensors>,
      batch: Batch,
      fed: Feeds,
    ) => measured(parts, { params, method, banks: full, plugins }, batch, fed, phases, measure),
    { name: 'draws' },
  );
  const views = step.method.part.views;
  const reader = openImages(source.images);
  const maker = new ViewMaker(reader, augmentation, viewSpecs(augmentation, views), { xla: false });
  const stream = openEpoch({ source, augmentation, views, batchSize, seed: step.seed, epoch: at.epoch, labels: true, maker });
  try {
    let done = 0;
    for await (const batch of batchesOf(stream, signal)) {
      const tensors = await run.runAsync(state.params, state.method, banks, state.plugins, batch, feeds);
      disposeTree(batch as unknown as Tensors);
      yield await read(tensors);
      if (++done >= batches) break;
    }
  } finally {
    run.dispose();
    maker.dispose();
    reader.dispose();
    disposeTree(feeds as unknown as Tensors);
    for (const [name, { labels }] of Object.entries(banks)) if (labels !== state.banks[name]!.labels) labels?.dispose();
  }
}

function measured(
  { step }: EvaluationParts,
  state: Pick<RunState, 'params' | 'method' | 'banks' | 'plugins'>,
  batch: Batch,
  feeds: Feeds,
  phases: Record<string, string>,
  measure: Measure,
): Record<string, tf.Tensor> {
  const { method, seed } = step;
  const rng = createRng(seed, 'evaluate/draws', feeds.step);
  const chain = { step: feeds.step, epoch: feeds.epoch, scalars: feeds.scalars, phases };
  const draws = openDraws(step, state.banks, {
    ...chain,
    faults: new Faults(),
    rng: rng.fork('samplers'),
    states: state.plugins,
  });
  const numbers = { step: feeds.step, epoch: feeds.epoch, scalars: feeds.scalars[method.id] ?? {} };
  const mixing = step.mixing ? { mixing: bindMixing(step.mixing, feeds, rng) } : {};
  const own = { ...numbers, ...mixing, rng: rng.fork('method') };
  method.part.step(step, state.params, state.method, batch, { ...own, draw: draws.draw });
  const last = draws.last();
  return last ? measure(last.drawn, feeds.step) : {};
}

/** Banks whose rows have the labels of their samples, where the data has any. Labels that are new are the caller's to dispose. */
async function labelledBanks(
  banks: Readonly<Record<string, BankState>>,
  { labels }: SplitSource,
): Promise<Record<string, BankState>> {
  const entries = Object.entries(banks).map(async ([name, bank]) => {
    if (!labels || bank.labels) return [name, bank] as const;
    const ids = (await bank.ids.data()) as Int32Array;
    return [name, { ...bank, labels: tf.tensor1d(ids.map((id) => labels[id] ?? -1), 'int32') }] as const; // prettier-ignore
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Before the first keys a memory bank holds random rows, which say nothing of the encoder. @throws MOCHI_BANK_EMPTY */
async function requireKeys({ method }: EvaluationParts['step'], { banks }: RunState): Promise<void> {
  if (method.part.negatives !== 'memory') return;
  const filled = await Promise.all(Object.values(banks).map(async (bank) => (await bank.filled.data())[0]!));
  if (filled.every((rows) => rows === 0)) throw bankEmpty(Object.keys(banks));
}

async function filledRows({ banks }: RunState): Promise<number> {
  const [first] = Object.values(banks);
  return first ? (await first.filled.data())[0]! : 0;
}

async function read(tensors: Record<string, tf.Tensor>): Promise<Record<string, Float32Array>> {
  const values = Object.entries(tensors).map(async ([name, tensor]) => [name, Float32Array.from(await tensor.data())] as const);
  const result = Object.fromEntries(await Promise.all(values));
  disposeTree(tensors);
  return result;
}
