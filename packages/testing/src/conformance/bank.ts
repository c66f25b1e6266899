import type { BankState, MemoryBank, Plugin } from '@mochi/contract';
import { compile, createRng, disposeTree, l2Normalize } from '@mochi/tensorflow';
import { checkedBank } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireRepeatable, requireSame, snapshot } from './compare.js';
import { inScope, refusesUnknown, withService, type Check } from './suite.js';

const DIM = 8;

/** What every memory bank must keep. @param options As in a config; a small capacity keeps it quick. */
export function bankChecks(plugin: Plugin, options: object = {}): Check[] {
  const check = (name: string, run: (bank: MemoryBank, batch: number) => void): Check => ({
    name,
    run: () =>
      withService(plugin, 'bank', options, (service) => {
        const bank = checkedBank(service, plugin.name);
        inScope(() => run(bank, batchOf(bank)));
      }),
  });
  return [
    check('a new bank has the shapes and values that the contract states', startsEmpty),
    check('the same stream gives the same bank', (bank) => requireRepeatable(() => snapshot(begin(bank)), 'a second init')),
    check('every key of a batch is in the bank after it, with its sample and step, over the end too', keepsTheLatest),
    check('the keys of a step are not in the bank that this step itself sees', leavesItsInput),
    check('a batch as large as the bank fills it', (bank) => requireFilled(written(bank, [rowsOf(bank)]), rowsOf(bank))),
    check('two keys of one sample in a batch leave a sound bank, the same each time', takesTwoViews),
    {
      name: 'a bank that is resumed goes on as the uninterrupted one: everything that it needs is in its state',
      run: () =>
        withService(plugin, 'bank', options, (first) =>
          withService(plugin, 'bank', options, (second) =>
            inScope(() => resumes(checkedBank(first, plugin.name), checkedBank(second, plugin.name))),
          ),
        ),
    },
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    check('the mask leaves out what the options say', masks),
    refusesUnknown(plugin, 'bank', options),
  ];
}

/** Samples of the split, for a bank with a row for each. */
const SAMPLES = 30;

/** Samples of one step are numbered apart from those of the next, however large a batch is. */
const STEP_IDS = 2 ** 24;

/** Queries that a mask is asked for: one has a column for each row, and a bank may have many. */
const QUERIES = 64;

/** No divisor of the capacity: the third batch goes over the end. */
const batchOf = (bank: MemoryBank): number => Math.max(1, Math.floor(rowsOf(bank) / 3) + 1);

const rowsOf = ({ capacity }: MemoryBank): number => (capacity === 'samples' ? SAMPLES : capacity);

const begin = (bank: MemoryBank): BankState => bank.init({ dim: DIM, capacity: rowsOf(bank) }, createRng(3, 'bank'));

interface Keys {
  readonly keys: tf.Tensor2D;
  readonly ids: tf.Tensor1D;
  readonly step: tf.Scalar;
  readonly labels: tf.Tensor1D;
}

/** @param bySample Samples are places of the split, so that those of later steps come again. */
function keysOf(count: number, step: number, bySample = false): Keys {
  const idOf = (at: number): number => (bySample ? (step * count + at) % SAMPLES : STEP_IDS * step + at);
  const ints = (value: (at: number) => number) =>
    tf.tensor1d(
      Int32Array.from({ length: count }, (_, at) => value(at)),
      'int32',
    );
  return {
    keys: tf.tidy(() => l2Normalize(createRng(5, 'keys', step).normal([count, DIM])) as tf.Tensor2D),
    ids: ints(idOf),
    step: tf.scalar(step, 'int32'),
    labels: ints((at) => at % 3),
  };
}

const queriesOf = ({ ids }: Keys): tf.Tensor1D => tf.slice(ids, 0, Math.min(QUERIES, ids.shape[0]));

const bySample = ({ capacity }: MemoryBank): boolean => capacity === 'samples';

const enqueue = (bank: MemoryBank, state: BankState, { keys, ids, step, labels }: Keys): BankState =>
  bank.enqueue(state, keys, ids, step, bank.keepLabels ? labels : undefined);

/** The bank after batches of these sizes, at steps 0, 1, ... */
const written = (bank: MemoryBank, batches: readonly number[]): BankState =>
  batches.reduce((state, count, step) => enqueue(bank, state, keysOf(count, step, bySample(bank))), begin(bank));

function checkState(state: BankState): void {
  requireFinite(snapshot(state), 'state');
  const lengths = tf.norm(state.rows, 2, 1).dataSync();
  const odd = lengths.findIndex((length) => Math.abs(length - 1) > 1e-4);
  require(odd < 0, `rows[${odd}] has length ${lengths[odd]}, not 1`);
}

function startsEmpty(bank: MemoryBank): void {
  const state = begin(bank);
  checkState(state);
  requireFilled(state, 0);
  for (const name of ['ids', 'writtenAt'] as const)
    require(state[name].dataSync().every((value) => value === -1), `${name} of a new bank are not all -1`);
}

function requireFilled({ filled }: BankState, want: number): void {
  const [got] = filled.dataSync();
  require(got === want, `filled is ${got}, want ${want}`);
}

function keepsTheLatest(bank: MemoryBank, batch: number): void {
  let state = begin(bank);
  for (let step = 0; step < 4; step++) {
    const given = keysOf(batch, step, bySample(bank));
    const before = state;
    state = enqueue(bank, state, given);
    checkState(state);
    requireFilled(state, Math.min(rowsOf(bank), (step + 1) * batch));
    const rowOf = new Map(Array.from(state.ids.dataSync(), (id, row) => [id, row]));
    const [steps, stepsBefore] = [state.writtenAt.dataSync(), before.writtenAt.dataSync()];
    const [keyAt, oldAt, nowAt] = [rowsIn(given.keys), rowsIn(before.rows), rowsIn(state.rows)];
    given.ids.dataSync().forEach((id, at) => {
      const row = rowOf.get(id);
      require(row !== undefined, `sample ${id} of step ${step} is not in the bank`);
      if (bySample(bank))
        require(row === id, `the row of sample ${id} is ${row}: a bank with a row for each sample has it at its id`);
      require(steps[row] === step, `row ${row} says that step ${steps[row]} wrote it, not ${step}`);
      const [key, old, now] = [keyAt(at), oldAt(row), nowAt(row)];
      const again = bySample(bank) && stepsBefore[row]! >= 0;
      if (again) require(dot(now, key) > dot(old, key), `row ${row} did not move towards the key of sample ${id}`);
      else require(dot(now, key) > 1 - 1e-5, `row ${row} is not the key of sample ${id}`);
    });
  }
}

/** The rows of a tensor, read once. */
const rowsIn = (rows: tf.Tensor2D): ((row: number) => number[]) => {
  const values = rows.dataSync();
  return (row) => Array.from(values.subarray(row * DIM, (row + 1) * DIM));
};
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);

function leavesItsInput(bank: MemoryBank, batch: number): void {
  const state = written(bank, [batch]);
  const given = keysOf(batch, 1, bySample(bank));
  const seen = () => ({ ...state, mask: bank.mask(state, queriesOf(given)) ?? null });
  const before = snapshot(seen());
  enqueue(bank, state, given);
  requireSame(
    snapshot(seen()),
    before,
    'a write changed the bank before it, so keys would be among the negatives of their own step',
  );
}

function takesTwoViews(bank: MemoryBank): void {
  const count = Math.max(1, Math.floor(rowsOf(bank) / 2));
  const [first, second] = [keysOf(count, 0, bySample(bank)), keysOf(count, 1)];
  const both = { ...first, keys: tf.concat([first.keys, second.keys]) as tf.Tensor2D };
  const twice = (x: tf.Tensor1D) => tf.concat([x, x]) as tf.Tensor1D;
  const given: Keys = { ...both, ids: twice(first.ids), labels: twice(first.labels) };
  if (2 * count > rowsOf(bank)) return;
  const state = enqueue(bank, begin(bank), given);
  checkState(state);
  requireSame(snapshot({ ...enqueue(bank, begin(bank), given) }), snapshot({ ...state }), 'the same batch once more');
}

/** What a checkpoint keeps is the state alone: a bank made anew must go on from it. */
function resumes(first: MemoryBank, second: MemoryBank): void {
  const batch = batchOf(first);
  const before = written(first, [batch, batch]);
  const saved = Object.fromEntries(Object.entries(before).map(([name, x]) => [name, tf.clone(x as tf.Tensor)]));
  const given = keysOf(batch, 2, bySample(first));
  const want = snapshot({ ...enqueue(first, before, given) });
  begin(second);
  const got = snapshot({ ...enqueue(second, saved as unknown as BankState, given) });
  requireSame(
    got,
    want,
    'resumed from its state the bank goes on elsewhere: something of it is in a variable outside of its state, or drawn by Math.random()',
  );
}

function compiles(bank: MemoryBank, batch: number): void {
  const traced = compile((state: BankState, given: Keys) => ({ ...enqueue(bank, state, given) }) as Record<string, tf.Tensor>, {
    name: 'conformance',
  });
  try {
    let state = begin(bank);
    for (let step = 0; step < 4; step++) {
      const given = keysOf(batch, step, bySample(bank));
      const next = enqueue(bank, state, given);
      requireSame(snapshot(traced({ ...state }, given)), snapshot({ ...next }), `compiled, step ${step}`);
      state = next;
    }
    require(traced.traces === 1, `four steps of one signature were traced ${traced.traces} times`);
  } finally {
    traced.dispose();
  }
}

function leaksNothing(bank: MemoryBank, batch: number): void {
  disposeTree({ ...written(bank, [batch]) } as never); // the first call may make constants that stay
  leakFree([], () => begin(bank));
  leakFree([begin(bank), keysOf(batch, 0)], (state, given) => enqueue(bank, state, given));
  leakFree([written(bank, [batch]), queriesOf(keysOf(batch, 0))], (state, ids) => bank.mask(state, ids) ?? null);
}

function masks(bank: MemoryBank, batch: number): void {
  const state = written(bank, [batch]);
  const ids = queriesOf(keysOf(batch, 0)); // samples that the bank has keys of
  const mask = bank.mask(state, ids);
  const wanted = bank.maskSelf || bank.fill !== 'random';
  if (!mask) return require(!wanted, 'the options leave rows out, but there is no mask');
  const [values, rows, own] = [mask.dataSync(), state.ids.dataSync(), ids.dataSync()];
  values.forEach((value, at) => {
    const row = at % rowsOf(bank);
    const unwritten = rows[row] === -1;
    const ownKey = rows[row] === own[Math.floor(at / rowsOf(bank))];
    const want = (bank.fill !== 'random' && unwritten) || (bank.maskSelf && ownKey) ? -Infinity : 0;
    require(value === want, `mask[${Math.floor(at / rowsOf(bank))}, ${row}] is ${value}, want ${want}`);
  });
}
