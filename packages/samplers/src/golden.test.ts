import { compile, startTensorFlow } from '@mochi/tensorflow';
import { referenceJson } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext } from '../test/context.js';
import { lossOfChain } from '../test/run-chain.js';
import {
  dclConfig,
  dclSampler,
  debiasedConfig,
  debiasedSampler,
  hclConfig,
  hclSampler,
  percentileConfig,
  percentileSampler,
  ringConfig,
  ringSampler,
  uniformConfig,
  uniformSampler,
} from './index.js';

await startTensorFlow();

type Entry = { readonly name: keyof typeof make } & Record<string, unknown>;
interface Golden {
  readonly problem: Record<'queries' | 'positives' | 'bank' | 'free', number[][]>;
  readonly cases: readonly {
    readonly name: string;
    readonly chain: readonly Entry[];
    readonly temperature: number;
    readonly masked: boolean;
    readonly loss: number;
    readonly gradient: number[][];
  }[];
}

const make = {
  uniform: (options: unknown) => uniformSampler(uniformConfig.parse(options)),
  hcl: (options: unknown) => hclSampler(hclConfig.parse(options)),
  debiased: (options: unknown) => debiasedSampler(debiasedConfig.parse(options)),
  dcl: (options: unknown) => dclSampler(dclConfig.parse(options)),
  ring: (options: unknown) => ringSampler(ringConfig.parse(options)),
  percentile: (options: unknown) => percentileSampler(percentileConfig.parse(options)),
};

// test/golden/make_golden.py: float64, from the papers.
const { problem, cases } = referenceJson<Golden>('samplers', import.meta.url);
const [queries, positives, rows] = [problem.queries, problem.positives, problem.bank].map((values) => tf.tensor2d(values));
const mask = tf.tensor2d(problem.free.map((row) => row.map((free) => (free ? 0 : -Infinity))));

describe.each(cases)('$name', ({ chain, temperature, masked, loss, gradient }) => {
  const samplers = chain.map(({ name, ...options }) => make[name](options));
  const lossAt = (q: tf.Tensor2D): tf.Scalar => {
    const context = makeContext({ batch: queries!.shape[0], width: queries!.shape[1], capacity: rows!.shape[0] });
    const given = { queries: q, positives: positives!, bank: { ...context.bank, rows: rows! }, temperature };
    const similarities = tf.matMul<tf.Tensor2D>(q, rows!, false, true);
    return lossOfChain(samplers, { ...context, ...given, similarities, ...(masked ? { mask } : {}) });
  };

  test('loss and gradient at the queries', () => {
    const { value, grad } = tf.valueAndGrad(lossAt)(queries!);
    expect(value).toBeAllClose([loss], { rtol: 1e-5 });
    expect(grad).toBeAllClose(tf.tensor2d(gradient), { rtol: 1e-5, atol: 2e-6 });
  });

  test('compiled', () => {
    const step = compile((q: tf.Tensor2D) => tf.valueAndGrad(lossAt)(q), { name: 'golden' });
    const { value, grad } = step(queries!);
    expect(value).toBeAllClose([loss], { rtol: 1e-5 });
    expect(grad).toBeAllClose(tf.tensor2d(gradient), { rtol: 1e-5, atol: 2e-6 });
    step.dispose();
  });
});
