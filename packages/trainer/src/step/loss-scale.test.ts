import { compile, disposeTree, flattenTree, readSafetensors, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { firstStep } from '../../test/step-parts.js';
import { restoreState } from '../checkpoint/read.js';
import { encodeState } from '../checkpoint/write.js';
import { initialState } from '../run/initial-state.js';
import { GROWTH_STEPS, mayBeOverflow, nextLossScale } from './loss-scale.js';
import type { RunState } from './parts.js';

await startTensorFlow();

const numbersOf = ({ scale, goodSteps }: { scale: tf.Scalar; goodSteps: tf.Scalar }) => [
  scale.dataSync()[0],
  goodSteps.dataSync()[0],
];
/** A state whose loss is scaled by so much. The queries are normalised: short weights have long gradients, which overflow sooner. */
const scaledBy = (state: RunState, scale: number, goodSteps = 0): RunState => ({
  ...state,
  params: { weight: tf.mul(state.params['weight']!, 1e-4) },
  lossScale: { scale: tf.scalar(scale), goodSteps: tf.scalar(goodSteps, 'int32') },
});

describe('the scale after a step', () => {
  test.each([
    { name: 'one more good step', before: [1024, 7], finite: true, after: [1024, 8] },
    { name: 'enough good steps', before: [1024, GROWTH_STEPS - 1], finite: true, after: [2048, 0] },
    { name: 'no further than 2^24', before: [2 ** 24, GROWTH_STEPS - 1], finite: true, after: [2 ** 24, 0] },
    { name: 'an overflow', before: [1024, 7], finite: false, after: [512, 0] },
    { name: 'no lower than 1', before: [1, 0], finite: false, after: [1, 0] },
  ])('$name', ({ before, finite, after }) => {
    const [scale, goodSteps] = before as [number, number];
    const next = nextLossScale({ scale: tf.scalar(scale), goodSteps: tf.scalar(goodSteps, 'int32') }, tf.scalar(finite, 'bool'));
    expect(numbersOf(next)).toEqual(after);
  });
});

// The scaling is the same whatever the arithmetic of the encoder: here it is float32, so that every machine can run it.
test('gradients that overflow at the least scale are a failure', () => {
  const [yes, no] = [tf.scalar(true, 'bool'), tf.scalar(false, 'bool')];
  const at = (scale: number) => ({ scale: tf.scalar(scale), goodSteps: tf.scalar(0, 'int32') });
  expect(mayBeOverflow(at(2), yes, no).dataSync()[0]).toBe(1);
  expect(mayBeOverflow(at(1), yes, no).dataSync()[0]).toBe(0);
  expect(mayBeOverflow(at(2), yes, yes).dataSync()[0]).toBe(0);
  expect(mayBeOverflow(at(2), no, no).dataSync()[0]).toBe(0);
});

describe('a step with scaled loss', () => {
  const scaled = firstStep({ precision: 'float16', accumulate: 2 });
  const stepFrom = (state: RunState) => scaled.step(state, scaled.batch, scaled.feeds, scaled.phases);
  const plain = firstStep({ accumulate: 2 }).run();

  test('reports and learns what a plain one does', () => {
    const { state, metrics } = scaled.run();
    expect(metrics['loss']).toBeAllClose(plain.metrics['loss']!, { rtol: 1e-6 });
    expect(metrics['gradientNorm']).toBeAllClose(plain.metrics['gradientNorm']!, { rtol: 1e-5 });
    expect(metrics['lossScale']!.dataSync()[0]).toBe(65_536);
    expect(state.params['weight']).toBeAllClose(plain.state.params['weight']!, { rtol: 1e-5, atol: 1e-6 });
    expect(numbersOf(state.lossScale!)).toEqual([65_536, 1]);
  });

  test('an overflow leaves everything as it was but the scale, and is no failure', () => {
    const before = scaledBy(scaled.before, 2 ** 127, 5); // times the loss: past float32
    const { state, metrics } = stepFrom(before);
    expect(metrics['gradientNorm']!.dataSync()[0]).not.toSatisfy(Number.isFinite);
    expect(numbersOf(state.lossScale!)).toEqual([2 ** 126, 0]);
    expect(state.failedAt.dataSync()[0]).toBe(-1);
    for (const { path, tensor } of flattenTree({ params: state.params, banks: state.banks }))
      expect(tensor.dataSync(), path).toEqual(
        flattenTree({ params: before.params, banks: before.banks })
          .find((leaf) => leaf.path === path)!
          .tensor.dataSync(),
      );
  });

  test('goes on when the scale is small enough again', () => {
    let state = scaledBy(scaled.before, 2 ** 127);
    for (let step = 0; step < 40; step++) ({ state } = stepFrom(state));
    expect(state.lossScale!.goodSteps.dataSync()[0]).toBeGreaterThan(0);
    expect(state.params['weight']!.dataSync()).not.toEqual(scaledBy(scaled.before, 1).params['weight']!.dataSync());
  });

  test('a loss that is not finite is a failure: no scale would help', () => {
    const broken = { ...scaledBy(scaled.before, 1024), params: { weight: tf.fill(scaled.before.params['weight']!.shape, NaN) } };
    expect(stepFrom(broken).state.failedAt.dataSync()[0]).toBe(0);
  });

  test('resumed from a checkpoint is the uninterrupted run, the scale included; compiled as in a run', async () => {
    const { parts, step, batch, feeds, phases } = firstStep({ precision: 'float16' });
    const compiled = compile(step, { name: 'scaled' });
    const steps = (state: RunState, count: number): RunState => {
      for (let at = 0; at < count; at++) ({ state } = compiled(state, batch, feeds, phases));
      return state;
    };
    const start = scaledBy(initialState(parts, new Map()), 2 ** 127); // overflows at first: the scale is on its way down
    const whole = await encodeState(steps(start, 6));
    const half = readSafetensors(await encodeState(steps(start, 3)));
    const fresh = initialState(parts, new Map());
    const restored = restoreState('checkpoint', fresh, half);
    expect(numbersOf(restored.lossScale!)[0]).toBeLessThan(2 ** 127);
    expect(await encodeState(steps(restored, 3))).toEqual(whole);
    compiled.dispose();
    disposeTree(fresh);
  });

  test('a checkpoint of float32 can be gone on from, and the other way round', async () => {
    const [float, half] = [firstStep(), scaled];
    const [ofFloat, ofHalf] = await Promise.all(
      [float, half].map(async ({ before }) => readSafetensors(await encodeState(before))),
    );
    expect(numbersOf(restoreState('checkpoint', half.before, ofFloat!).lossScale!)).toEqual([65_536, 0]);
    expect(restoreState('checkpoint', float.before, ofHalf!).lossScale).toBeUndefined();
  });
});
