import { bankBlock, mixtureBlock, rowsBlock, type Block } from '@mochi/contract';
import { contrastiveLossAndGradients, materializeMixture, mixtureSimilarities } from '@mochi/losses';
import { startTensorFlow } from '@mochi/tensorflow';
import { referenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { adversarial, extrapolated, interpolated, mixed, noisy, perturbed } from './generators.js';

await startTensorFlow();

const golden = referenceCase('synco', import.meta.url); // test/golden/make_synco.py: float64, from the paper
const [queries, positives, bank] = ['queries', 'positives', 'bank'].map((name) => golden.tensor<tf.Tensor2D>(name));
const rows = (type: number) => golden.tensor<tf.Tensor3D>(`rows${type}`);
const flat = (type: number) => tf.squeeze<tf.Tensor2D>(rows(type), [2]);
const given = (name: string) => golden.tensor<tf.Tensor2D>(name);

const CLOSED = {
  1: mixtureBlock(interpolated(rows(1), given('alpha'))),
  2: mixtureBlock(extrapolated(rows(2), given('beta'))),
  3: mixtureBlock(mixed(rows(3), given('gamma'))),
  5: mixtureBlock(perturbed(rows(5), golden.number('delta'))),
};
const EXPLICIT = {
  4: noisy(flat(4), golden.tensor<tf.Tensor3D>('noise'), bank!),
  6: adversarial(flat(6), golden.number('eta'), bank!, queries!),
};

describe('SynCo in float64', () => {
  test.each(Object.entries(CLOSED))('type %s is the vector of the paper', (type, block) =>
    expect(materializeMixture(block, bank!, queries!)).toBeAllClose(golden.tensor(`made${type}`), { rtol: 1e-5, atol: 1e-6 }),
  );

  test.each(Object.entries(EXPLICIT))('type %s is the vector of the paper', (type, made) =>
    expect(made).toBeAllClose(golden.tensor(`made${type}`), { rtol: 1e-5, atol: 1e-6 }),
  );

  test.each(Object.entries(CLOSED))('type %s has its cosines in closed form', (type, block) => {
    const cosines = tf.sum(tf.mul(golden.tensor<tf.Tensor3D>(`made${type}`), tf.expandDims(queries!, 1)), 2);
    const l = tf.matMul<tf.Tensor2D>(queries!, bank!, false, true);
    expect(mixtureSimilarities(block, bank!, l)).toBeAllClose(cosines, { rtol: 1e-5, atol: 1e-6 });
  });

  test('loss and gradient over all of them, each a constant', () => {
    const made = tf.concat(Object.values(EXPLICIT), 1) as tf.Tensor3D;
    const blocks: Block[] = [bankBlock(), ...Object.values(CLOSED), rowsBlock(made)];
    const { loss, gradients } = contrastiveLossAndGradients({
      ...{ queries: queries!, positives: positives!, banks: { bank: bank! }, similarities: {} },
      ...{ negatives: { blocks }, temperature: golden.number('temperature') },
    });
    expect(loss).toBeAllClose([golden.number('loss')], { rtol: 1e-5 });
    expect(gradients.queries).toBeAllClose(golden.tensor('gradient'), { rtol: 1e-4, atol: 1e-6 });
  });
});
