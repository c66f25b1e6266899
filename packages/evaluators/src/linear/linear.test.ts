import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { contextOf, features, noise, valuesOf } from '../../test/contexts.js';
import { accuracy, crossEntropy } from '../accuracy.js';
import { linearConfig } from './config.js';
import { linearEvaluator } from './linear-evaluator.js';
import { linearProbe } from './linear-probe.js';
import { minimise } from './minimise.js';
import { probeGradient, probeLogits } from './probe-gradient.js';
import { scaleOf, standardise } from './standardise.js';
import { trainProbe } from './train-probe.js';

await startTensorFlow();

const randomProbe = (dim: number, probes: number, classes: number) => {
  const next = noise(3);
  const fill = (count: number) => Float32Array.from({ length: count }, next);
  return {
    weights: tf.tensor3d(fill(dim * probes * classes), [dim, probes, classes]),
    bias: tf.tensor2d(fill(probes * classes), [probes, classes]),
  };
};

/** The same values, made by an op: tensors made from numbers reach the engine with their first use, which a leak check would count. */
const onEngine = <T extends tf.Tensor>(given: T): T => tf.tidy(() => tf.add(given, tf.zerosLike(given)) as T);

test('probeGradient: one row and two classes, by hand', () => {
  const probe = { weights: onEngine(tf.zeros<tf.Rank.R3>([2, 1, 2])), bias: onEngine(tf.tensor2d([[Math.log(3), 0]])) }; // p = 3/4, 1/4
  leakFree([onEngine(tf.tensor2d([[2, -4]])), onEngine(tf.tensor1d([1], 'int32')), probe], probeGradient, ({ weights, bias }) => {
    expect(weights).toBeAllClose([1.5, -1.5, -3, 3]);
    expect(bias).toBeAllClose([0.75, -0.75]);
  });
});

test('probeGradient is the gradient of the cross-entropy, for every probe apart', () => {
  const [dim, probes, classes, batch] = [5, 3, 4, 7];
  const next = noise(9);
  const rows = tf.tensor2d(Float32Array.from({ length: batch * dim }, next), [batch, dim]);
  const labels = tf.tensor1d([0, 3, 1, 2, 2, 0, 1], 'int32');
  const probe = randomProbe(dim, probes, classes);
  const loss = (weights: tf.Tensor, bias: tf.Tensor) => {
    const logits = probeLogits(rows, { weights: weights as tf.Tensor3D, bias: bias as tf.Tensor2D });
    const own = tf.mul(tf.logSoftmax(logits), tf.expandDims(tf.oneHot(labels, classes), 1));
    return tf.neg(tf.div(tf.sum(own), batch)) as tf.Scalar; // a sum over the probes, so that each gets its own gradient
  };
  const [weights, bias] = tf.grads(loss)([probe.weights, probe.bias]);
  const got = probeGradient(rows, labels, probe);
  expect(got.weights).toBeAllClose(weights!, { rtol: 1e-4 });
  expect(got.bias).toBeAllClose(bias!, { rtol: 1e-4 });
});

test('crossEntropy is the mean of -log softmax, and finite for any finite score', () => {
  expect([crossEntropy([Math.log(3), 0, 0, 0], 2, Int32Array.of(0, 1))]).toBeAllClose([(Math.log(4 / 3) + Math.LN2) / 2]);
  expect(crossEntropy([1000, -1000], 2, Int32Array.of(1))).toBe(2000);
});

test('standardise: mean 0, deviation 1, and constants leave', () => {
  const rows = { rows: 4, dim: 3, features: Float32Array.from([1, 7.7, -1, 3, 7.7, 1, 5, 7.7, -1, 7, 7.7, 1]) };
  const { features: scaled } = standardise(rows, scaleOf(rows));
  const column = (d: number) => [0, 1, 2, 3].map((row) => scaled[row * 3 + d]!);
  const unit = Math.sqrt(5);
  expect(column(0)).toBeAllClose([-3 / unit, -1 / unit, 1 / unit, 3 / unit]);
  expect(column(1)).toBeAllClose([0, 0, 0, 0]);
  expect(column(2)).toBeAllClose([-1, 1, -1, 1]);
});

/** Three clusters in 6 dimensions, far off the origin and with one dimension a thousand times the others. */
function clusters(rows: number, seed: number, spread: number) {
  const next = noise(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const values = Array.from(labels, (label) =>
    [0, 1, 2, 3, 4, 5].map((d) => (50 + (d === label ? 2 : 0) + spread * next()) * (d === 5 ? 1000 : 1)),
  );
  return { rows, dim: 6, features: Float32Array.from(values.flat()), labels };
}
const options = { classes: 3, epochs: 30, batchSize: 16, momentum: 0.9, weightDecay: 0, validation: 0.2, standardise: true };

test('linearProbe separates what can be separated, and leaks nothing', () =>
  leakFree(
    [],
    () => linearProbe(clusters(90, 1, 0.5), clusters(60, 2, 0.5), { ...options, rates: [0.1], rng: createRng(1, 'probe') }),
    (result) => {
      expect(accuracy(result.logits, 3, clusters(60, 2, 0.5).labels)).toBe(100);
      expect(result).toMatchObject({ chosen: 0.1, heldOut: [] });
    },
  ));

test('linearProbe learns nothing where there is nothing to learn', async () => {
  const blind = (given: ReturnType<typeof clusters>, seed: number) => ({ ...given, features: given.features.map(noise(seed)) });
  const { logits } = await linearProbe(blind(clusters(300, 1, 0), 5), blind(clusters(300, 2, 0), 6), {
    ...options,
    rates: [0.1],
    rng: createRng(1, 'probe'),
  });
  expect(accuracy(logits, 3, clusters(300, 2, 0).labels)).toBeLessThan(50); // chance: 33 %
});

test('the rate is chosen on held-out training rows, and the same stream gives the same result', async () => {
  const run = (seed: number) =>
    linearProbe(clusters(90, 1, 1.5), clusters(60, 2, 1.5), { ...options, rates: [0.1, 1e-9], rng: createRng(seed, 'probe') });
  const [first, again, other] = [await run(1), await run(1), await run(2)];
  expect(first.chosen).toBe(0.1);
  expect(first.heldOut).toHaveLength(2);
  expect(first.heldOut[0]!.lossNats).toBeLessThan(first.heldOut[1]!.lossNats);
  expect([...again.logits]).toEqual([...first.logits]);
  expect([...other.logits]).not.toEqual([...first.logits]);
});

test('probes side by side are the probes alone: rates do not touch each other', async () => {
  const train = async (rates: number[]) => {
    const probe = await trainProbe(clusters(30, 1, 1), { ...options, epochs: 3, rates, rng: createRng(1, 'probe') });
    const values = tf.tidy(() => tf.transpose(probe.weights, [1, 0, 2]).arraySync() as number[][][]);
    tf.dispose([probe.weights, probe.bias]);
    return values;
  };
  const both = await train([1e-5, 1e-6]);
  expect(both[0]!).toBeAllClose((await train([1e-5]))[0]!, { rtol: 1e-4 });
  expect(both[1]!).toBeAllClose((await train([1e-6]))[0]!, { rtol: 1e-4 });
});

test('one full-batch step from zero is minus rate times the closed-form gradient', async () => {
  const train = { rows: 2, dim: 2, features: Float32Array.of(1, 2, 3, -1), labels: Int32Array.of(0, 1) };
  const probe = await trainProbe(train, {
    ...options,
    classes: 2,
    rates: [0.5],
    epochs: 1,
    batchSize: 8,
    rng: createRng(1, 'probe'),
  });
  // p = 1/2 everywhere: gradient X' (p - y) / 2 = [[1*-.5 + 3*.5, 1*.5 + 3*-.5], [2*-.5 + -1*.5, 2*.5 + -1*-.5]] / 2
  expect(probe.weights).toBeAllClose([-0.25, 0.25, 0.375, -0.375]);
  expect(probe.bias).toBeAllClose([0, 0]);
  tf.dispose([probe.weights, probe.bias]);
});

test('an abort ends the training and leaves no tensor', async () => {
  const before = tf.memory().numTensors;
  const run = trainProbe(clusters(30, 1, 1), {
    ...options,
    rates: [0.1],
    rng: createRng(1, 'probe'),
    signal: AbortSignal.abort(),
  });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  expect(tf.memory().numTensors).toBe(before);
});

test('the evaluator gives percent, and its settings the rate that was chosen', async () => {
  const split = (rows: number, seed: number) => {
    const { labels, features: values, dim } = clusters(rows, seed, 0.5);
    return features(Array.from(labels.keys(), (row) => [...values.subarray(row * dim, (row + 1) * dim)]), [...labels]); // prettier-ignore
  };
  const evaluator = linearEvaluator(linearConfig.parse({ epochs: 20, batchSize: 16, rates: [1e-9, 0.1] }));
  expect(evaluator.settings).not.toHaveProperty('rate');
  expect(valuesOf(await evaluator.run(contextOf({ train: split(60, 1), test: split(30, 2) })))).toEqual({ top1: 100 });
  expect(evaluator.settings).toMatchObject({ rate: 0.1, epochs: 20, layer: 'backbone' });
  const unlabelled = contextOf({ train: split(60, 1), test: features([[1, 2, 3, 4, 5, 6]]) });
  await expect(evaluator.run(unlabelled)).rejects.toMatchObject({ code: 'MOCHI_LABELS_NEEDED' });
});

test('milestones: the rate falls at epochs', async () => {
  const fit = async (schedule: 'cosine' | { milestones: number[]; gamma: number }, epochs: number) => {
    const settings = { ...options, rates: [0.01], batchSize: 90, schedule, epochs, momentum: 0, rng: createRng(1, 'probe') };
    const probe = await trainProbe(clusters(90, 1, 1), settings);
    const values = [...(await probe.weights.data())];
    tf.dispose([probe.weights, probe.bias]);
    return values;
  };
  const stopped = await fit({ milestones: [1], gamma: 1e-9 }, 3);
  expect(stopped).toBeAllClose(await fit({ milestones: [9], gamma: 0.1 }, 1), { rtol: 1e-4 });
  expect(stopped).not.toBeAllClose(await fit({ milestones: [9], gamma: 0.1 }, 3), { rtol: 1e-2 });
});

test.each(['lbfgs', 'ridge'] as const)('%s separates what can be separated, leaks nothing, and chooses a penalty', (solver) =>
  leakFree(
    [],
    () => linearProbe(clusters(60, 1, 0.5), clusters(30, 2, 0.5), { ...options, solver, rates: [], penalties: [1e6, 1e-3], rng: createRng(1, 'probe') }), // prettier-ignore
    (result) => {
      expect(accuracy(result.logits, 3, clusters(30, 2, 0.5).labels)).toBe(100);
      expect(result.heldOut).toHaveLength(2);
    },
  ),
);

test('minimise: Rosenbrock’s valley', async () => {
  const at = ([x, y]: Float64Array) => ({
    value: (1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2,
    gradient: Float64Array.of(-2 * (1 - x!) - 400 * x! * (y! - x! ** 2), 200 * (y! - x! ** 2)),
  });
  const found = await minimise((x) => Promise.resolve(at(x)), Float64Array.of(-1.2, 1), { iterations: 200, tolerance: 1e-9 });
  expect(found).toBeAllClose([1, 1], { rtol: 1e-6 });
});

test('one class only: MOCHI_ONE_CLASS', async () => {
  const one = contextOf({ train: features([[1], [2]], [1, 1]), test: features([[1]], [0]) }); // prettier-ignore
  await expect(linearEvaluator(linearConfig.parse({})).run(one)).rejects.toMatchObject({ code: 'MOCHI_ONE_CLASS' });
});
