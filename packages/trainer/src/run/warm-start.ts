import { bankFilled, isMochiError, type BankState } from '@mochi/contract';
import { disposeTree, type SafetensorsEntry } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { findCheckpoint, readCheckpoint } from '../checkpoint/read.js';
import { warmStartFailed } from '../errors.js';
import type { RunState, SizedBank } from '../step/parts.js';
import type { RunParts } from './assemble.js';

/**
 * Copies rows of another run's bank into each bank that asks for it (`warmStart`): the newest, oldest first, with their samples and labels, as
 * written at step 0.
 *
 * @param state Its banks are replaced.
 * @throws MOCHI_WARM_START with the reason; MOCHI_CHECKPOINT_CORRUPT
 */
export async function warmStartBanks({ bus, step }: RunParts, state: RunState): Promise<void> {
  for (const sized of step.banks.filter(({ bank }) => bank.warmStart)) {
    const started = performance.now();
    const { name } = sized.bank;
    const source = await openBank(sized);
    const before = state.banks[name]!;
    const next = tf.tidy(() => copied(sized, before, source) as unknown as tf.TensorContainer) as unknown as BankState;
    disposeTree(before as never);
    state.banks[name] = next;
    const [rows] = await next.filled.data();
    bus.emit(bankFilled, { bank: name, from: 'checkpoint', rows: rows!, seconds: (performance.now() - started) / 1000 });
  }
}

/** A bank as a checkpoint has it, on the host. */
interface StoredBank {
  readonly width: number;
  readonly rows: Float32Array;
  readonly ids: Int32Array;
  readonly labels?: Int32Array;
  /** Written rows, oldest first. */
  readonly order: number[];
}

async function openBank(sized: SizedBank): Promise<StoredBank> {
  const { path, bank } = sized.bank.warmStart!;
  const checkpoint = await findCheckpoint(path).catch((cause: unknown) => {
    throw isMochiError(cause) ? warmStartFailed(path, bank, 'there is no checkpoint in it', cause) : cause;
  });
  const { tensors } = await readCheckpoint(checkpoint);
  const entry = (part: string): SafetensorsEntry | undefined => tensors.get(`banks/${bank}/${part}`);
  const rows = entry('rows');
  if (!rows) throw warmStartFailed(path, bank, `its run has ${namesOf([...tensors.keys()])}`);
  const ints = (part: string) => entry(part)!.data as Int32Array;
  const labels = entry('labels')?.data as Int32Array | undefined;
  const stored = { width: rows.shape[1]!, rows: rows.data as Float32Array, ids: ints('ids'), ...(labels ? { labels } : {}) };
  return { ...stored, order: writtenOrder(ints('writtenAt'), ints('cursor')[0]!) };
}

function namesOf(paths: readonly string[]): string {
  const names = new Set(paths.flatMap((path) => /^banks\/(.+)\/rows$/.exec(path)?.[1] ?? []));
  return names.size > 0 ? `the banks ${[...names].join(', ')}` : 'no bank at all';
}

/** Rows that were written, oldest first: by step, and within a step as the cursor went. */
function writtenOrder(writtenAt: Int32Array, cursor: number): number[] {
  const capacity = writtenAt.length;
  const place = (row: number): number => (row - cursor + capacity) % capacity;
  return Array.from(writtenAt.keys())
    .filter((row) => writtenAt[row]! >= 0)
    .sort((a, b) => writtenAt[a]! - writtenAt[b]! || place(a) - place(b));
}

function copied({ bank, capacity }: SizedBank, into: BankState, source: StoredBank): BankState {
  const { path, bank: name } = bank.warmStart!;
  const width = into.rows.shape[1];
  const refuse = (reason: string) => warmStartFailed(path, name, reason);
  if (source.width !== width) throw refuse(`its rows are ${source.width} wide, those of this run ${width}`);
  const bySample = bank.capacity === 'samples';
  if (bySample && source.ids.length !== capacity)
    throw refuse(`it has ${source.ids.length} rows, and this bank one for each of ${capacity} samples`);
  if (!bySample && source.order.length < capacity)
    throw refuse(`it has ${source.order.length} written rows for a bank of ${capacity}`);
  if (bank.keepLabels && !source.labels) throw refuse('it keeps no labels, and this bank does');
  const newest = source.order.slice(-capacity);
  const rows = Float32Array.from(newest.flatMap((row) => [...source.rows.subarray(row * width, (row + 1) * width)]));
  const ints = (values: Int32Array) => tf.tensor1d(newest.map((row) => values[row]!), 'int32'); // prettier-ignore
  const labels = bank.keepLabels ? ints(source.labels!) : undefined;
  const keys = tf.tensor2d(rows, [newest.length, width]);
  return bank.enqueue(into, keys, ints(source.ids), tf.scalar(0, 'int32'), labels);
}
