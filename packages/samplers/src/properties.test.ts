import { rowsBlock, type Block, type SampleContext } from '@mochi/contract';
import { contrastiveLossAndGradients, contrastiveLoss, materializeMixture, mixtureSimilarities } from '@mochi/losses';
import { startTensorFlow, valueAndGrads } from '@mochi/tensorflow';
import { allClose } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCase, contextOf, isMixture, numbersOf, rngOf, SYNTHETIC, type AnyCase } from '../test/any-case.js';
import { hardestRows, mochiConfig, mochiNegatives, uniformNegatives } from './index.js';

await startTensorFlow();

/** Batches of 1 to 16 queries: a thousand queries and more, each a case with vectors, pool and draws of its own. */
const BATCHES = 125;
/** The same cases in each run. */
const CASES = { numRuns: BATCHES, seed: 2010_01028 };
const sampler = fc.constantFrom(...Object.keys(SYNTHETIC));

/** Holds for every batch, each with a sampler and sizes of its own; shrinks to a small one where it does not. */
const forAll = (sentence: string, holds: (context: SampleContext, given: AnyCase, name: string) => boolean): void =>
  test(sentence, () =>
    fc.assert(
      fc.property(anyCase, sampler, (given, name) => tf.tidy(() => holds(contextOf(given), given, name) as never)),
      CASES,
    ),
  );

const lossOf = ({ queries, positives, bank, similarities }: SampleContext, blocks: Block[]) =>
  contrastiveLossAndGradients({
    ...{ queries, positives, banks: { bank: bank.rows }, similarities: { bank: similarities } },
    ...{ negatives: { blocks }, temperature: 0.2 },
  });

const near = (got: tf.Tensor, want: tf.Tensor, atol = 2e-5): boolean =>
  allClose(got.dataSync(), want.dataSync(), { rtol: 1e-4, atol }).ok;
const equal = (a: tf.Tensor, b: tf.Tensor): boolean => allClose(a.dataSync(), b.dataSync(), { rtol: 0, atol: 0 }).ok;

/** Similarities of each query and the parents of a block, [B, M, P]. */
const parentsOf = ({ similarities }: SampleContext, rows: tf.Tensor3D): number[][][] => {
  const l = similarities.arraySync();
  return rows.arraySync().map((list, b) => list.map((parents) => parents.map((row) => l[b]![row]!)));
};

/** Every number of a block, in order: two draws are the same where these are. */
const valuesOf = (blocks: Block[]): number[][] =>
  blocks.flatMap((block) =>
    Object.values(block).flatMap((value) => (value instanceof tf.Tensor ? [Array.from(value.dataSync())] : [])),
  );

forAll("S = S' = 0 is uniform, bit for bit", (context, { n }, name) => {
  const [none, uniform] = [SYNTHETIC[name]!(context, { n, s: 0, sPrime: 0 }), uniformNegatives(context).blocks];
  const [got, want] = [lossOf(context, none), lossOf(context, uniform)];
  return none.length === 1 && equal(got.loss, want.loss) && equal(got.gradients.queries, want.gradients.queries);
});

forAll('a weight of 0 or 1 duplicates a parent', (context, given) => {
  const a = given.seed % 2;
  const options = mochiConfig.parse({ n: given.n, s: given.s, sPrime: given.sPrime, alpha: [a, a], beta: [0, 0] });
  const [pairs, own] = mochiNegatives(context, options).blocks.filter(isMixture);
  return [pairs!, own!].every((block) => {
    const got = mixtureSimilarities(block, context.bank.rows, context.similarities).arraySync();
    return parentsOf(context, block.rows).every((list, b) => list.every(([first, second], m) => {
      const want = second === undefined || a === 1 ? first! : second;
      return Math.abs(got[b]![m]! - want) <= 1e-5;
    })); // prettier-ignore
  });
});

forAll("type 2 is at least as hard as its row: q.h' >= l_j", (context, { n, s, sPrime }) => {
  for (const name of ['mochi', 'random-mix']) {
    const own = SYNTHETIC[name]!(context, { n, s, sPrime }).filter(isMixture)[1]!;
    const got = mixtureSimilarities(own, context.bank.rows, context.similarities).arraySync();
    const kept = parentsOf(context, own.rows).every((list, b) => list.every(([l], m) => got[b]![m]! >= l! - 2e-6));
    if (!kept) return false;
  }
  return true;
});

forAll('shuffling the rows of the bank leaves the pool of each query as it was', (context, { n, capacity, seed }) => {
  const next = numbersOf(seed + 1);
  const order = Array.from({ length: capacity }, (_, row) => ({ row, key: next() })).sort((a, b) => a.key - b.key);
  const moved = order.map(({ row }) => row);
  const take = (x: tf.Tensor2D) => tf.gather(x, tf.tensor1d(moved, 'int32'), 1);
  const before = hardestRows(context.similarities, n, context.mask).arraySync();
  const after = hardestRows(take(context.similarities), n, context.mask && take(context.mask)).arraySync();
  const free = context.mask?.arraySync();
  const sorted = (rows: number[], b: number) =>
    rows
      .filter((row) => !free || free[b]![row] === 0)
      .sort((x, y) => x - y)
      .join();
  return before.every((rows, b) => sorted(rows, b) === sorted(after[b]!.map((row) => moved[row]!), b)); // prettier-ignore
});

forAll("each query's pool is its own: permuting the queries permutes their negatives", (context, given, name) => {
  const order = [...Array(given.batch).keys()].map((b) => (b + 1 + (given.seed % given.batch)) % given.batch);
  const at = tf.tensor1d(order, 'int32');
  const take = <T extends tf.Tensor>(x: T): T => tf.gather(x, at) as T;
  const { queries, positives, ids, similarities, mask } = context;
  const moved = { queries: take(queries), positives: take(positives), ids: take(ids), similarities: take(similarities) };
  const again = { ...context, ...moved, rng: rngOf(given.seed), ...(mask ? { mask: take(mask) } : {}) };
  const [got, want] = [SYNTHETIC[name]!(again, given), SYNTHETIC[name]!(context, given)];
  return got.every((block, index) => {
    const before = want[index]!;
    return (['rows', 'weights', 'queryWeight', 'logWeights'] as const).every((part) => {
      const [mine, theirs] = [block, before].map((one) => (one as Partial<Record<typeof part, tf.Tensor>>)[part]);
      return mine === undefined ? theirs === undefined : near(mine, take(theirs!));
    });
  });
});

forAll('rows that are masked are no parents, whatever N is', (context, given, name) => {
  if (!context.mask) return true;
  const free = context.mask.arraySync();
  return SYNTHETIC[name]!(context, given).every((block) => {
    const weights = block.logWeights!.arraySync(); // with a mask, every block has them
    if (block.kind === 'bank') return weights.every((list, b) => list.every((w, k) => w === -Infinity || free[b]![k] === 0));
    const none = free.map((list) => !list.includes(0));
    const silent = weights.every((list, b) => list.every((w) => (w === -Infinity) === none[b]));
    return (
      silent &&
      (block.kind === 'rows' ||
        block.rows.arraySync().every((list, b) => none[b] || list.flat().every((row) => free[b]![row] === 0)))
    );
  });
});

test('N larger than the bank is refused', () =>
  fc.assert(
    fc.property(anyCase, fc.constantFrom('mochi', 'hard-duplicates', 'synco'), (given, name) => {
      tf.tidy(() => {
        const sample = () => SYNTHETIC[name]!(contextOf(given), { ...given, n: given.capacity + 1 + (given.seed % 5) });
        expect(sample).toThrow(/MOCHI_POOL_TOO_LARGE/);
      });
    }),
    CASES,
  ));

forAll("the step's key is never among the negatives: other keys, same negatives", (context, given, name) => {
  const other = { ...context, positives: tf.neg<tf.Tensor2D>(context.positives), rng: rngOf(given.seed) };
  const [got, want] = [SYNTHETIC[name]!(other, given), SYNTHETIC[name]!(context, given)].map(valuesOf);
  return JSON.stringify(got) === JSON.stringify(want);
});

forAll('similarities in closed form are those of the explicit vectors', (context, given, name) =>
  SYNTHETIC[name]!(context, given)
    .filter(isMixture)
    .every((block) => {
      const vectors = materializeMixture(block, context.bank.rows, context.queries);
      const explicit = tf.sum(tf.mul(vectors, tf.expandDims(context.queries, 1)), 2);
      // Near-antipodal parents: r is small, and what rounding leaves of it is large beside it.
      return near(mixtureSimilarities(block, context.bank.rows, context.similarities), explicit, 2e-3);
    }),
);

forAll('gradient reaches only the queries, and is that of explicit constants', (context, given, name) => {
  const { queries, positives, bank } = context;
  const { gradients } = valueAndGrads((live) => {
    const similarities = tf.matMul<tf.Tensor2D>(live.queries, live.rows, false, true);
    const seen = { ...context, ...live, similarities, bank: { ...bank, rows: live.rows } };
    const negatives = { blocks: SYNTHETIC[name]!(seen, given) };
    const shared = { queries: live.queries, positives: live.positives, banks: { bank: live.rows } };
    const { loss } = contrastiveLoss({ ...shared, similarities: { bank: similarities }, negatives, temperature: 0.2 });
    return { loss: tf.addN([loss, tf.mul(0, tf.sum(live.positives)), tf.mul(0, tf.sum(live.rows))]) as tf.Scalar };
  }, { queries, positives, rows: bank.rows }); // prettier-ignore
  const blocks = SYNTHETIC[name]!({ ...context, rng: rngOf(given.seed) }, given).map((block) =>
    isMixture(block) ? rowsBlock(materializeMixture(block, bank.rows, queries), { ...(block.logWeights && { logWeights: block.logWeights }) }) : block,
  ); // prettier-ignore
  const silent = [gradients.positives, gradients.rows].every((gradient) => gradient.dataSync().every((x) => x === 0));
  return silent && near(gradients.queries, lossOf(context, blocks).gradients.queries, 1e-3);
});

test('the cases reach every form: masks with and without free rows, N = 1, N = K, S > N', () => {
  const cases = fc.sample(anyCase, { numRuns: BATCHES, seed: 1 });
  const has = (of: (given: AnyCase) => boolean) => expect(cases.some(of)).toBe(true);
  has(({ masked }) => masked === 0);
  has(({ n, capacity }) => n === 1 && capacity > 1);
  has(({ n, capacity }) => n === capacity && capacity > 1);
  has(({ s, n }) => s > n);
  has(({ capacity }) => capacity === 1);
  expect(cases.reduce((all, { batch }) => all + batch, 0)).toBeGreaterThanOrEqual(1000);
});
