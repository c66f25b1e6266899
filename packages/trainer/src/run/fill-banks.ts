import { bankFilled, warning, type BankEntries, type BankState, type Batch, type StateTree, type Tensors } from '@mochi/contract';
import { compile, createRng, disposeTree } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { BatchFeed } from '../input/index.js';
import type { RunState, SizedBank, StepParts } from '../step/parts.js';
import type { RunParts } from './assemble.js';
import { cloneLeaves } from './step-runner.js';

type Banks = Record<string, BankState>;
type Fill = (params: Tensors, method: StateTree, banks: Banks, batch: Batch, batches: tf.Scalar) => Banks;

/** Passes without a new row after which the rows that are missing stay so: their images are broken, or fall into the rest of every epoch. */
const IDLE_PASSES = 3;

/**
 * Fills the banks that ask for it (`fill: keys`) with keys of training images, before the first step: no parameter, statistic or optimizer slot
 * changes. The images are those of the epochs before the first, -E to -1, each with its own order and draws: so a bank starts as if training
 * had gone on before, it is a function of the seed alone, and the views of the first epoch are not among its keys.
 *
 * @param state Its banks are replaced. @param signal Aborts between two batches; the banks are filled anew when the run is resumed.
 */
export async function fillBanks(parts: RunParts, state: RunState, signal: AbortSignal): Promise<void> {
  const sized = parts.step.banks.filter(({ bank }) => bank.fill === 'keys');
  const rows = (banks: Banks) => Promise.all(sized.map(async ({ bank }) => (await banks[bank.name]!.filled.data())[0]!));
  const isFull = (filled: number[]) => filled.every((count, at) => count >= sized[at]!.capacity);
  let filled = await rows(state.banks);
  if (isFull(filled)) return;
  const started = performance.now();
  const feed = openFeed(parts, sized);
  const fill = fillOf(parts.step, sized);
  const compiled = parts.eager ? null : compile(fill, { name: 'fill-banks', precision: parts.step.precision });
  try {
    let [idle, before] = [0, filled];
    for (let batches = 0; !isFull(filled) && idle < IDLE_PASSES && !signal.aborted; batches++) {
      const { batch, last } = await feed.next();
      const at = tf.scalar(batches, 'int32');
      const banks = Object.fromEntries(sized.map(({ bank }) => [bank.name, state.banks[bank.name]!]));
      const given = [state.params, state.method, banks, batch, at] as const;
      const next = compiled ? await compiled.runAsync(...given) : eagerly(() => fill(...given));
      disposeTree([banks, batch as unknown as Tensors, at] as never);
      Object.assign(state.banks, next);
      filled = await rows(next);
      if (last) [idle, before] = [filled.some((count, bank) => count > before[bank]!) ? 0 : idle + 1, filled];
    }
  } finally {
    compiled?.dispose();
    await feed.dispose();
  }
  if (!signal.aborted) announce(parts, sized, filled, (performance.now() - started) / 1000);
}

function announce({ bus }: RunParts, sized: readonly SizedBank[], filled: readonly number[], seconds: number): void {
  for (const [at, { bank, capacity }] of sized.entries()) {
    bus.emit(bankFilled, { bank: bank.name, from: 'keys', rows: filled[at]!, seconds });
    const missing = capacity - filled[at]!;
    if (missing > 0)
      bus.emit(warning, { source: bank.name, message: `${missing} rows have no key: their images cannot be read` });
  }
}

/** Keys of one batch, written to every bank: traced once. */
const fillOf =
  ({ method, encoder, seed }: StepParts, sized: readonly SizedBank[]): Fill =>
  (params, state, banks, batch, batches) => {
    const rng = createRng(seed, 'fill', batches);
    const { keys, ids, labels }: BankEntries = method.part.keys!({ encoder }, params, state, batch, { rng });
    const written = sized.map(({ bank }) => {
      const own = bank.keepLabels ? labels : undefined;
      return [bank.name, bank.enqueue(banks[bank.name]!, keys, ids, tf.scalar(0, 'int32'), own)] as const;
    });
    return Object.fromEntries(written);
  };

/** Batches of the epochs before the first, as large as what goes through the networks at once. */
function openFeed({ batchSize, step, train, source, ...parts }: RunParts, sized: readonly SizedBank[]): BatchFeed {
  const size = Math.floor(batchSize / step.accumulate);
  const most = Math.max(...sized.map(({ capacity }) => capacity));
  const perEpoch = size * Math.floor(source.length / size);
  const from = { epoch: -Math.ceil(most / perEpoch), sample: 0, seen: 0, skipped: 0 };
  const { views } = step.method.part;
  return new BatchFeed({ ...parts, ...train, source, batchSize: size, views, seed: step.seed, from });
}

const eagerly = (run: () => Banks): Banks => tf.tidy(() => cloneLeaves(run()) as tf.TensorContainer) as unknown as Banks;

/** Rows of the first bank after so many images. */
export function filledBy({ banks, method }: StepParts, images: number): number {
  const [first] = banks;
  if (!first) return 0;
  if (first.bank.fill === 'keys' || first.bank.warmStart) return first.capacity;
  const keys = first.bank.capacity === 'samples' ? 1 : (method.part.keysPerImage ?? 1);
  return Math.min(first.capacity, images * keys);
}
