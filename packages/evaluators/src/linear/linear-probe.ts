import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy, crossEntropy } from '../accuracy.js';
import { requireSameDim, shuffled, takeRows, type LabelledRows, type Rows } from '../features/rows.js';
import { probeLogits, type Probe } from './probe-gradient.js';
import { scaleOf, standardise } from './standardise.js';
import { trainProbe, type ProbeOptions } from './train-probe.js';

export interface LinearProbeOptions extends ProbeOptions {
  /** Share of the training rows held out to choose among several rates. */
  readonly validation: number;
  readonly standardise: boolean;
}

export interface LinearProbeResult {
  /** Scores of the test rows, [rows, classes], row-major. */
  readonly logits: Float32Array;
  /** The learning rate used. */
  readonly rate: number;
  /** What each rate did on the held-out training rows, in the order of `rates`; empty for a single rate. */
  readonly heldOut: readonly HeldOut[];
}

export interface HeldOut {
  /** Percent right. */
  readonly top1: number;
  /** Mean cross-entropy, nats. It decides where top1 is equal: from zero weights even a tiny step points the right way. */
  readonly lossNats: number;
}

/**
 * Linear classification of frozen features. Where there are several rates, the one that is best on held-out training rows (of equal ones the
 * one with the lower cross-entropy) trains again on all of them: the test rows choose nothing.
 *
 * @param train [R, D] with labels. @param test [Q, D]. @throws MOCHI_FEATURES_MISMATCH
 */
export async function linearProbe(train: LabelledRows, test: Rows, options: LinearProbeOptions): Promise<LinearProbeResult> {
  requireSameDim(train, test);
  const { rates } = options;
  const heldOut = rates.length > 1 ? await tryRates(train, options) : [];
  const rate = rates[bestOf(heldOut)]!;
  const { logits } = await fitAndScore(train, test, [rate], options, options.rng.fork('fit'));
  return { logits, rate, heldOut };
}

const bestOf = (tried: readonly HeldOut[]): number =>
  tried.reduce((best, { top1, lossNats }, at) => {
    const { top1: top, lossNats: loss } = tried[best]!;
    return top1 > top || (top1 === top && lossNats < loss) ? at : best;
  }, 0);

async function tryRates(train: LabelledRows, options: LinearProbeOptions): Promise<HeldOut[]> {
  const { rates } = options;
  const order = await shuffled(train.rows, options.rng.fork('hold-out'));
  const count = Math.max(1, Math.round(train.rows * options.validation));
  const [held, kept] = [order.subarray(0, count), order.subarray(count)];
  const [check, rest] = [pick(train, held), pick(train, kept.length > 0 ? kept : held)]; // one row: all there is
  const { logits, classes } = await fitAndScore(rest, check, rates, options, options.rng.fork('try'));
  return rates.map((_, probe) => {
    const scores = new Float32Array(check.rows * classes);
    for (let row = 0; row < check.rows; row++) {
      const from = (row * rates.length + probe) * classes;
      scores.set(logits.subarray(from, from + classes), row * classes);
    }
    return { top1: accuracy(scores, classes, check.labels), lossNats: crossEntropy(scores, classes, check.labels) };
  });
}

const pick = (train: LabelledRows, rows: Int32Array): LabelledRows => ({
  ...takeRows(train, rows),
  labels: Int32Array.from(rows, (row) => train.labels[row]!),
});

/** @returns logits [rows, rates, classes] */
async function fitAndScore(train: LabelledRows, test: Rows, rates: readonly number[], options: LinearProbeOptions, rng: Rng) {
  const scale = options.standardise ? scaleOf(train) : null;
  const [from, to] = scale ? [standardise(train, scale), standardise(test, scale)] : [train, test];
  const probe = await trainProbe(from, { ...options, rates, rng });
  try {
    return { logits: await score(to, probe, options.signal), classes: options.classes };
  } finally {
    tf.dispose([probe.weights, probe.bias]);
  }
}

const SCORE_ROWS = 4096;

async function score({ rows, dim, features }: Rows, probe: Probe, signal?: AbortSignal): Promise<Float32Array> {
  const [, probes, classes] = probe.weights.shape;
  const logits = new Float32Array(rows * probes * classes);
  for (let start = 0; start < rows; start += SCORE_ROWS) {
    signal?.throwIfAborted();
    const end = Math.min(start + SCORE_ROWS, rows);
    const part = tf.tidy(() => probeLogits(tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]), probe));
    logits.set(await part.data(), start * probes * classes);
    part.dispose();
  }
  return logits;
}
