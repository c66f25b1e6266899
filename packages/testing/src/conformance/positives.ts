import { DEFAULT_BANK, type Plugin, type PositiveContext, type Positives, type PositiveSource } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { compile, createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireRepeatable, requireSame, requireTensor, snapshot, takeRows } from './compare.js';
import { permuted, sampleInputs, type SampleInputs, type Sizes } from './sampler-context.js';
import { inScope, progressAt, refusal, refusesUnknown, withService, type Check } from './suite.js';

const CLOSE = { rtol: 1e-5, atol: 1e-6 };

/** A source of a run of its own, and what to feed it. */
interface World {
  readonly source: PositiveSource;
  readonly inputs: SampleInputs;
  /** @returns mask: zeros where the source gives none. */
  look(inputs: SampleInputs): Required<Positives>;
}

/** What every source of positives must keep. @param options As in a config. */
export function positivesChecks(plugin: Plugin, options: object = {}, sizes: Sizes = {}): Check[] {
  const check = (name: string, run: (world: World) => void): Check => ({
    name,
    run: () => withService(plugin, 'positives', options, (source, host) => inScope(() => run(worldOf(source, host, sizes)))),
  });
  return [
    check('positives are unit vectors, one for each query, and the mask is 0 or -Infinity', wellFormed),
    check('the same inputs and stream give the same positives', ({ look, inputs }) =>
      requireRepeatable(() => snapshot(look(inputs)), 'a second call'),
    ),
    check('each query has its own: permuting the batch permutes the positives', equivariant),
    check('a bank that nobody wrote to is no accident', emptyBank),
    check('a mask leaves each query a negative', leavesNegatives),
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    { name: 'it looks in the bank that its options name', run: () => namesBank(plugin, options) },
    refusesUnknown(plugin, 'positives', options),
  ];
}

function worldOf(source: PositiveSource, host: RunHost, sizes: Sizes): World {
  const [placed] = host.provided('positives');
  const scalars = [...(host.scalars.get(placed!.plugin) ?? [])].map(([name, value]) => [name, value(progressAt(500, 64))]);
  const inputs = sampleInputs(sizes, 500, Object.fromEntries(scalars) as Record<string, number>);
  return {
    source,
    inputs,
    look(given) {
      const { positives, mask } = source.positives(contextOf(given));
      return { positives, mask: mask ?? (tf.zerosLike(given.similarities) as tf.Tensor2D) };
    },
  };
}

/** Cosines are those of keys and rows; a source sees no labels. */
function contextOf({ queries, positives, ids, bank, step, epoch, scalars }: SampleInputs): PositiveContext {
  const { labels: _, ...state } = bank;
  const similarities = tf.matMul<tf.Tensor2D>(positives, bank['rows'] as tf.Tensor2D, false, true);
  const rng = createRng(1, 'positives', step);
  return { queries, keys: positives, ids, bank: state as never, similarities, step, epoch, rng, scalars };
}

function wellFormed({ inputs, look }: World): void {
  const { positives, mask } = look(inputs);
  requireTensor(positives, inputs.queries.shape, 'float32', 'positives');
  requireTensor(mask, inputs.similarities.shape, 'float32', 'mask');
  requireUnit(positives);
  const odd = mask.dataSync().find((value) => value !== 0 && value !== -Infinity);
  require(odd === undefined, `the mask holds ${odd}, which is neither 0 nor -Infinity`);
}

function requireUnit(positives: tf.Tensor2D): void {
  requireFinite(snapshot({ positives }), 'positives');
  const lengths = tf.norm(positives, 2, 1).dataSync();
  const odd = lengths.findIndex((length) => !(Math.abs(length - 1) <= 1e-4));
  require(odd < 0, `positives[${odd}] has length ${lengths[odd]}, not 1`);
}

function equivariant({ inputs, look }: World): void {
  const order = Array.from({ length: inputs.ids.shape[0] }, (_, at) => at).reverse();
  const moved = snapshot(look(permuted(inputs, order)));
  requireSame(moved, takeRows(snapshot(look(inputs)), order), 'the batch in another order', CLOSE);
}

function emptyBank({ inputs, look }: World): void {
  const none = tf.fill(inputs.bank['ids']!.shape, -1, 'int32');
  const bank = { ...inputs.bank, ids: none, writtenAt: none, filled: tf.scalar(0, 'int32') };
  const { positives, mask } = look({ ...inputs, bank });
  requireUnit(positives);
  requireTensor(mask, inputs.similarities.shape, 'float32', 'mask');
}

function leavesNegatives({ inputs, look }: World): void {
  const [batch, capacity] = inputs.similarities.shape;
  const values = Array.from(look(inputs).mask.dataSync());
  for (let query = 0; query < batch; query++)
    require(values.slice(query * capacity, (query + 1) * capacity).includes(0), `the mask leaves query ${query} no negative`);
}

function compiles({ inputs, look }: World): void {
  const traced = compile((given: SampleInputs) => ({ ...look(given) }), { name: 'conformance' });
  try {
    requireSame(snapshot(traced(inputs)), snapshot(look(inputs)), 'compiled', CLOSE);
  } finally {
    traced.dispose();
  }
}

function leaksNothing({ source, inputs, look }: World): void {
  look(inputs); // the first call may make constants that stay
  leakFree([contextOf(inputs)], (context) => source.positives(context));
}

async function namesBank(plugin: Plugin, options: object): Promise<void> {
  if (await refusal(plugin, 'positives', { ...options, bank: 'other' })) return; // no such option
  await withService(plugin, 'positives', { ...options, bank: 'other' }, ({ bank = DEFAULT_BANK }) =>
    require(bank === 'other', `the option bank is "other", but the source says that it looks in "${bank}"`),
  );
}
