import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { shuffled, type LabelledRows } from '../features/rows.js';
import { probeGradient, type Probe } from './probe-gradient.js';

/** `cosine`: to 0 over all steps. `milestones`: times `gamma` after each of these epochs. */
export type RateSchedule = 'cosine' | { readonly milestones: readonly number[]; readonly gamma: number };

export interface ProbeOptions {
  /** A classifier is trained for each. */
  readonly rates: readonly number[];
  readonly classes: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Default cosine. */
  readonly schedule?: RateSchedule;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
}

/**
 * Trains one multinomial logistic regression for each rate, all in the same pass: SGD with momentum from zero weights, the rate by the
 * schedule. The order of the rows comes from `rng` alone, so the result does too.
 *
 * @returns The probes, which the caller disposes.
 */
export async function trainProbe(train: LabelledRows, options: ProbeOptions): Promise<Probe> {
  const { rates, classes, epochs, rng, signal } = options;
  const rows = tf.tensor2d(train.features, [train.rows, train.dim]);
  const labels = tf.tensor1d(train.labels, 'int32');
  const rate = tf.tensor2d(rates.slice(), [rates.length, 1]); // over the classes
  const batchSize = Math.min(options.batchSize, train.rows);
  const perEpoch = Math.ceil(train.rows / batchSize);
  let state: State = { probe: zeros(train.dim, rates.length, classes), velocity: zeros(train.dim, rates.length, classes) };
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = await shuffled(train.rows, rng.fork(`epoch-${epoch}`));
      for (let at = 0; at < perEpoch; at++) {
        signal?.throwIfAborted();
        const picked = order.subarray(at * batchSize, (at + 1) * batchSize);
        const factor = rateFactor(options.schedule ?? 'cosine', epoch, at / perEpoch, epochs);
        const next = tf.tidy(() => {
          const index = tf.tensor1d(picked, 'int32');
          const gradient = probeGradient(tf.gather(rows, index), tf.gather(labels, index), state.probe);
          return sgd(state, gradient, tf.mul(rate, factor), options);
        });
        tf.dispose([state.probe, state.velocity] as unknown as tf.TensorContainer);
        state = next;
      }
    }
    return state.probe;
  } catch (error) {
    tf.dispose(state.probe as unknown as tf.TensorContainer);
    throw error;
  } finally {
    tf.dispose([rows, labels, rate, state.velocity.weights, state.velocity.bias]);
  }
}

/** @param done Share of this epoch that is done. */
function rateFactor(schedule: RateSchedule, epoch: number, done: number, epochs: number): number {
  if (schedule === 'cosine') return 0.5 * (1 + Math.cos((Math.PI * (epoch + done)) / epochs));
  return schedule.gamma ** schedule.milestones.filter((milestone) => epoch >= milestone).length;
}

// Type, not interface: tf.tidy takes records alone.
type State = { probe: Tensors; velocity: Tensors };
type Tensors = { weights: tf.Tensor3D; bias: tf.Tensor2D };

const zeros = (dim: number, probes: number, classes: number): Tensors => ({
  weights: tf.zeros([dim, probes, classes]),
  bias: tf.zeros([probes, classes]),
});

/** v <- momentum v + g; w <- w - rate v. @param rate [L, 1] */
function sgd({ probe, velocity }: State, gradient: Probe, rate: tf.Tensor, { momentum, weightDecay }: ProbeOptions): State {
  const weightGradient = weightDecay > 0 ? tf.add(gradient.weights, tf.mul(probe.weights, weightDecay)) : gradient.weights;
  const next: Tensors = {
    weights: tf.add(tf.mul(velocity.weights, momentum), weightGradient),
    bias: tf.add(tf.mul(velocity.bias, momentum), gradient.bias),
  };
  return {
    velocity: next,
    probe: { weights: tf.sub(probe.weights, tf.mul(next.weights, rate)), bias: tf.sub(probe.bias, tf.mul(next.bias, rate)) },
  };
}
