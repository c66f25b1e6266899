import type { MixtureBlock } from '@mochi/contract';
import { contrastiveLossAndGradients, mixtureSimilarities } from '@mochi/losses';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { hardestRows } from '../mochi/hardest-rows.js';
import { hardDuplicatesConfig } from './config.js';
import { hardDuplicates } from './hard-duplicates-sampler.js';

await startTensorFlow();

const options = (given: object = {}) => hardDuplicatesConfig.parse({ n: 8, s: 20, sPrime: 6, ...given });
const duplicates = (context: ReturnType<typeof makeContext>, given: object = {}) =>
  hardDuplicates(context, options(given)).blocks.slice(1) as MixtureBlock[];

test("S + S' of each query's own N hardest rows, all of them in reach, unmixed", () => {
  const context = makeContext();
  const blocks = duplicates(context, { s: 300, sPrime: 200 });
  expect(blocks.map(({ rows }) => rows.shape)).toEqual([[4, 300, 1], [4, 200, 1]]); // prettier-ignore
  const hardest = hardestRows(context.similarities, 8).arraySync();
  const l = context.similarities.arraySync();
  for (const block of blocks) {
    const rows = block.rows.arraySync().map((list) => list.flat());
    rows.forEach((list, b) => expect(new Set(list)).toEqual(new Set(hardest[b])));
    const own = rows.map((list, b) => list.map((row) => l[b]![row]!));
    expect(mixtureSimilarities(block, context.bank.rows, context.similarities)).toBeAllClose(own);
  }
});

test('a duplicate counts as its row does: log-weights of log(1 + times) give the same loss and gradient', () => {
  const context = makeContext();
  const { queries, positives, similarities, bank } = context;
  const { blocks } = hardDuplicates(context, options());
  const times = tf.buffer([4, 32]);
  for (const { rows } of blocks.slice(1) as MixtureBlock[])
    rows.arraySync().forEach((list, b) => list.flat().forEach((k) => times.set(times.get(b, k) + 1, b, k)));
  const logWeights = tf.log1p(times.toTensor()) as tf.Tensor2D;
  const of = (given: typeof blocks) =>
    contrastiveLossAndGradients({
      ...{ queries, positives, banks: { bank: bank.rows }, similarities: { bank: similarities }, temperature: 0.2 },
      negatives: { blocks: given },
    });
  const [got, want] = [of(blocks), of([{ kind: 'bank', bank: 'bank', logWeights }])];
  expect(got.loss).toBeAllClose(want.loss);
  expect(got.gradients.queries).toBeAllClose(want.gradients.queries, { rtol: 1e-4, atol: 1e-6 });
});

test('masked rows are never drawn; where nothing may be, duplicates count for nothing', () => {
  const [block] = duplicates(makeContext({ mask: maskOf(4, 32, (b, k) => k >= b) }));
  const [rows, weights] = [block!.rows.arraySync(), block!.logWeights!.arraySync()];
  for (const b of [1, 2, 3]) for (const [row] of rows[b]!) expect(row).toBeLessThan(b);
  expect(weights.map((list) => new Set(list))).toEqual([new Set([-Infinity]), ...Array<Set<number>>(3).fill(new Set([0]))]);
});

test.each([{ n: 0 }, { alpha: [0, 1] }])('config %j is refused', (config) =>
  expect(hardDuplicatesConfig.safeParse(config).success).toBe(false),
);
