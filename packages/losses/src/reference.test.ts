import { DEFAULT_BANK, type MixtureBlock } from '@mochi/contract';
import { referenceCase } from '@mochi/testing';
import { compile, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { referenceBlocks } from '../test/reference-blocks.js';
import { contrastiveLoss, contrastiveLossAndGradients, mixtureSimilarities } from './index.js';

await startTensorFlow();

const FLOAT32 = { rtol: 1e-4, atol: 1e-6 };

describe.each(['mochi-none', 'mochi-type1', 'mochi-type2', 'mochi-small', 'mochi-wide'])('%s, against PyTorch', (name) => {
  const from = referenceCase(name, import.meta.url);
  const queries = from.tensor<tf.Tensor2D>('queries');
  const positives = from.tensor<tf.Tensor2D>('keys');
  const bank = from.tensor<tf.Tensor2D>('bank');
  const similarities = tf.matMul<tf.Tensor2D>(queries, bank, false, true);
  const blocks = referenceBlocks(from);
  const input = {
    queries,
    positives,
    banks: { [DEFAULT_BANK]: bank },
    similarities: { [DEFAULT_BANK]: similarities },
    negatives: { blocks },
    temperature: from.number('temperature'),
  };

  test.each([1, 2])('similarities of synthetic negatives of type %i', (type) => {
    const block = blocks[type] as MixtureBlock;
    if (block.rows.shape[1] === 0) return expect(from.shape(`type${type}_similarity`)[1]).toBe(0);
    expect(mixtureSimilarities(block, bank, similarities)).toBeAllClose(from.tensor(`type${type}_similarity`), FLOAT32);
  });

  test('loss and gradient at the queries, closed form', () => {
    const { loss, gradients } = contrastiveLossAndGradients(input);
    expect(loss).toBeAllClose(from.tensor('loss'), FLOAT32);
    expect(gradients.queries).toBeAllClose(from.tensor('grad_queries'), FLOAT32);
  });

  test('loss and gradient at the queries, through automatic differentiation', () => {
    const { value, grad } = tf.valueAndGrad((q: tf.Tensor2D) => contrastiveLoss({ ...input, queries: q }).loss)(queries);
    expect(value).toBeAllClose(from.tensor('loss'), FLOAT32);
    expect(grad).toBeAllClose(from.tensor('grad_queries'), FLOAT32);
  });

  test('compiled equals eager', () => {
    const step = compile(
      (q: tf.Tensor2D) => tf.valueAndGrad((x: tf.Tensor2D) => contrastiveLoss({ ...input, queries: x }).loss)(q),
      {
        name: `reference-${name}`,
      },
    );
    const { value, grad } = step(queries);
    expect(value).toBeAllClose(from.tensor('loss'), FLOAT32);
    expect(grad).toBeAllClose(from.tensor('grad_queries'), FLOAT32);
    step.dispose();
  });
});
