import { bankBlock } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { describe, expect, test } from 'vitest';
import { makeContext } from '../../test/context.js';
import { debiasedConfig, debiasedSampler } from '../index.js';
import { dclConfig } from './config.js';
import { dclSampler, positiveWeights } from './dcl-sampler.js';

await startTensorFlow();

const cosinesOf = (queries: number[][], positives: number[][]): number[] =>
  queries.map((row, b) => row.reduce((sum, one, d) => sum + one * positives[b]![d]!, 0));

describe('dcl', () => {
  test('keeps the blocks that it finds and takes the positive out', () => {
    const previous = [bankBlock()];
    const sampler = dclSampler(dclConfig.parse({}));
    expect(sampler).toMatchObject({ role: 'refine', bank: 'bank' });
    const sampled = sampler.sample({ ...makeContext(), previous }, {});
    expect(sampled).toEqual({ blocks: previous, denominator: { kind: 'without-positive' } });
  });

  test('weights of positives have mean 1, and the farthest has the largest', () => {
    const { queries, positives } = makeContext();
    const cosines = cosinesOf(queries.arraySync(), positives.arraySync());
    leakFree(
      [queries, positives] as const,
      (q, p) => positiveWeights(q, p, 0.5),
      (weights) => {
        const values = [...weights.dataSync()];
        expect(values.reduce((sum, one) => sum + one, 0) / 4).toBeCloseTo(1, 5);
        expect(values.indexOf(Math.max(...values))).toBe(cosines.indexOf(Math.min(...cosines)));
      },
    );
  });

  test.each([{ sigma: 0 }, { sigma: -1 }, { tau: 0.1 }])('%j is refused', (options) =>
    expect(dclConfig.safeParse(options).success).toBe(false),
  );
});

describe('debiased', () => {
  test('keeps the blocks that it finds and corrects the denominator', () => {
    const previous = [bankBlock()];
    const sampler = debiasedSampler(debiasedConfig.parse({ bank: 'old' }));
    expect(sampler).toMatchObject({ role: 'refine', bank: 'old' });
    const sampled = sampler.sample({ ...makeContext(), previous }, {});
    expect(sampled).toEqual({ blocks: previous, denominator: { kind: 'corrected', tauPlus: 0.1, floor: -1 } });
  });

  test.each([{ tauPlus: 1 }, { tauPlus: -0.1 }, { floor: 1.5 }, { beta: 1 }])('%j is refused', (options) =>
    expect(debiasedConfig.safeParse(options).success).toBe(false),
  );
});
