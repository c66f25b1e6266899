import type { Block, MixtureBlock, NegativeSampler, SampleContext } from '@mochi/contract';
import { startRun } from '@mochi/core';
import { contrastiveLossAndGradients } from '@mochi/losses';
import { compile, startTensorFlow } from '@mochi/tensorflow';
import { samplerConformance } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { hardDuplicatesPlugin, hardestRows, mochiConfig, mochiNegatives, mochiPlugin, randomMixPlugin } from '../index.js';

await startTensorFlow();

const ramp = (from: number, to: number) => ({ from, to, over: '10ep' as const });

samplerConformance(mochiPlugin, { n: ramp(16, 4), s: ramp(0, 12), sPrime: ramp(5, 2) });
samplerConformance(randomMixPlugin, { s: ramp(0, 12), sPrime: 3 });
samplerConformance(hardDuplicatesPlugin, { n: ramp(4, 16), s: 7, sPrime: ramp(0, 5) });

const at = (scalars: Record<string, number>, more: Parameters<typeof makeContext>[0] = {}): SampleContext => ({
  ...makeContext(more),
  scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, tf.scalar(value)])),
});
const draw = (context: SampleContext, given: object): Block[] => mochiNegatives(context, mochiConfig.parse({ n: 8, s: 6, sPrime: 4, ...given })).blocks; // prettier-ignore
const counted = (block: Block): number[] =>
  block.logWeights!.arraySync().map((list) => {
    const silent = list.indexOf(-Infinity);
    const first = silent < 0 ? list.length : silent;
    expect(list.slice(0, first).every((w) => w === 0) && list.slice(first).every((w) => w === -Infinity)).toBe(true);
    return first;
  });

describe('a ramped count', () => {
  test.each([
    { now: 0, count: 0 },
    { now: 2.99, count: 2 },
    { now: 3, count: 3 },
    { now: 6, count: 6 },
  ])('s at $now: the first $count of 6 count', ({ now, count }) => {
    const [, pairs, own] = draw(at({ s: now }), { s: ramp(0, 6) });
    expect(counted(pairs!)).toEqual([count, count, count, count]);
    expect(own!.logWeights).toBeUndefined(); // a constant costs nothing
  });

  test('where nothing may be drawn, nothing counts', () => {
    const mask = maskOf(4, 32, (b, k) => b === 1 || k > 20);
    const [, , own] = draw(at({ sPrime: 3 }, { mask }), { sPrime: ramp(0, 4) });
    expect(counted(own!)).toEqual([3, 0, 3, 3]);
  });

  test('loss and gradient are those of the negatives that count', () => {
    const context = at({ s: 2, sPrime: 1 });
    const of = (blocks: Block[]) =>
      contrastiveLossAndGradients({
        ...{ queries: context.queries, positives: context.positives, banks: { bank: context.bank.rows } },
        ...{ similarities: { bank: context.similarities }, negatives: { blocks }, temperature: 0.2 },
      });
    const blocks = draw(context, { s: ramp(0, 6), sPrime: ramp(4, 0) });
    const first = ({ rows, weights, queryWeight, ...block }: MixtureBlock, count: number): MixtureBlock => ({
      ...{ kind: block.kind, bank: block.bank },
      ...{ rows: tf.slice(rows, 0, [4, count, -1]), weights: tf.slice(weights, 0, [4, count, -1]) },
      ...(queryWeight && { queryWeight: tf.slice(queryWeight, 0, [4, count]) }),
    });
    const [got, want] = [of(blocks), of([blocks[0]!, first(blocks[1] as MixtureBlock, 2), first(blocks[2] as MixtureBlock, 1)])];
    expect(got.loss).toBeAllClose(want.loss);
    expect(got.gradients.queries).toBeAllClose(want.gradients.queries, { rtol: 1e-4, atol: 1e-6 });
  });

  test('n: parents are the hardest of as many as count now', () => {
    for (const now of [1, 3.5, 8]) {
      const context = at({ n: now });
      const hardest = hardestRows(context.similarities, Math.floor(now)).arraySync();
      for (const block of draw(context, { n: ramp(8, 1), s: 200, sPrime: 200 }).slice(1) as MixtureBlock[])
        block.rows.arraySync().forEach((list, b) => expect(new Set(list.flat())).toEqual(new Set(hardest[b])));
    }
  });

  test('moves without a second trace', () => {
    const context = makeContext();
    const traced = compile((scalars: Record<string, tf.Scalar>) => {
      const [, , own] = draw({ ...context, scalars }, { sPrime: ramp(0, 4) });
      return { weights: own!.logWeights! };
    });
    const counts = [0, 1, 4].map(
      (now) =>
        traced({ sPrime: tf.scalar(now) })
          .weights.arraySync()[0]!
          .filter((w) => w === 0).length,
    );
    expect([counts, traced.traces]).toEqual([[0, 1, 4], 1]);
    traced.dispose();
  });
});

test('the plugin feeds a ramp of the config: sPrime from 0 to 128 over 10 epochs', async () => {
  const host = await startRun({ object: { sampler: { name: 'mochi', sPrime: ramp(0, 128) } }, known: [mochiPlugin] });
  const [scalars] = [...host.scalars.values()];
  const now = (step: number) =>
    scalars!.get('sPrime')!({ step, epoch: 0, epochs: 0, stepsPerEpoch: 10, totalSteps: 1000, filled: 0 });
  expect([0, 50, 100, 500].map(now)).toEqual([0, 64, 128, 128]);
  expect((host.one('sampler') satisfies NegativeSampler).name).toBe('mochi');
  await host.dispose();
});

test.each([{ s: ramp(-1, 3) }, { n: ramp(0, 8) }, { s: ramp(0, 2.5) }, { s: { from: 0, to: 3 } }])(
  'config %j is refused',
  (config) => expect(mochiConfig.safeParse(config).success).toBe(false),
);
