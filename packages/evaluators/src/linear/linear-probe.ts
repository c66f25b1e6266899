import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy, crossEntropy } from '../accuracy.js';
import { requireSameDim, shuffled, takeRows, type LabelledRows, type Rows } from '../features/rows.js';
import { fitLogistic, type FlatProbe } from './fit-logistic.js';
import { fitRidge } from './fit-ridge.js';
import { probeLogits, type Probe } from './probe-gradient.js';
import { scaleOf, standardise } from './standardise.js';
import { trainProbe, type ProbeOptions } from './train-probe.js';

export interface LinearProbeOptions extends ProbeOptions {
  /** Default sgd. */
  readonly solver?: 'sgd' | 'lbfgs' | 'ridge';
  /** L2 penalties for lbfgs and ridge, which take the place of the rates. */
  readonly penalties?: readonly number[];
  /** Of lbfgs at most. Default 200. */
  readonly iterations?: number;
  /** Share of the training rows held out to choose among several rates or penalties. */
  readonly validation: number;
  readonly standardise: boolean;
}

export interface LinearProbeResult {
  /** Scores of the test rows, [rows, classes], row-major. */
  readonly logits: Float32Array;
  /** The learning rate used; the penalty, for lbfgs and ridge. */
  readonly chosen: number;
  /** What each rate or penalty did on the held-out training rows, in their order; empty for a single one. */
  readonly heldOut: readonly HeldOut[];
}

export interface HeldOut {
  /** Percent right. */
  readonly top1: number;
  /** Mean cross-entropy, nats. It decides where top1 is equal: from zero weights even a tiny step points the right way. */
  readonly lossNats: number;
}

/**
 * Linear classification of frozen features. Where there are several rates or penalties, the one that is best on held-out training rows (of
 * equal ones the one with the lower cross-entropy) trains again on all of them: the test rows choose nothing.
 *
 * @param train [R, D] with labels. @param test [Q, D]. @throws MOCHI_FEATURES_MISMATCH
 */
export async function linearProbe(train: LabelledRows, test: Rows, options: LinearProbeOptions): Promise<LinearProbeResult> {
  requireSameDim(train, test);
  const candidates = candidatesOf(options);
  const heldOut = candidates.length > 1 ? await tryAll(train, candidates, options) : [];
  const chosen = candidates[bestOf(heldOut)]!;
  const { logits } = await fitAndScore(train, test, [chosen], options, options.rng.fork('fit'));
  return { logits, chosen, heldOut };
}

const candidatesOf = ({ solver = 'sgd', rates, penalties = [0] }: LinearProbeOptions): readonly number[] =>
  solver === 'sgd' ? rates : penalties;

const bestOf = (tried: readonly HeldOut[]): number =>
  tried.reduce((best, { top1, lossNats }, at) => {
    const { top1: top, lossNats: loss } = tried[best]!;
    return top1 > top || (top1 === top && lossNats < loss) ? at : best;
  }, 0);

async function tryAll(train: LabelledRows, candidates: readonly number[], options: LinearProbeOptions): Promise<HeldOut[]> {
  const order = await shuffled(train.rows, options.rng.fork('hold-out'));
  const count = Math.max(1, Math.round(train.rows * options.validation));
  const [held, kept] = [order.subarray(0, count), order.subarray(count)];
  const [check, rest] = [pick(train, held), pick(train, kept.length > 0 ? kept : held)]; // one row: all there is
  const { logits, classes } = await fitAndScore(rest, check, candidates, options, options.rng.fork('try'));
  return candidates.map((_, probe) => {
    const scores = new Float32Array(check.rows * classes);
    for (let row = 0; row < check.rows; row++) {
      const from = (row * candidates.length + probe) * classes;
      scores.set(logits.subarray(from, from + classes), row * classes);
    }
    return { top1: accuracy(scores, classes, check.labels), lossNats: crossEntropy(scores, classes, check.labels) };
  });
}

const pick = (train: LabelledRows, rows: Int32Array): LabelledRows => ({
  ...takeRows(train, rows),
  labels: Int32Array.from(rows, (row) => train.labels[row]!),
});

/** @returns logits [rows, candidates, classes] */
async function fitAndScore(
  train: LabelledRows,
  test: Rows,
  candidates: readonly number[],
  options: LinearProbeOptions,
  rng: Rng,
) {
  const scale = options.standardise ? scaleOf(train) : null;
  const [from, to] = scale ? [standardise(train, scale), standardise(test, scale)] : [train, test];
  const probe = await fit(from, candidates, options, rng);
  try {
    return { logits: await score(to, probe, options.signal), classes: options.classes };
  } finally {
    tf.dispose([probe.weights, probe.bias]);
  }
}

async function fit(train: LabelledRows, candidates: readonly number[], options: LinearProbeOptions, rng: Rng): Promise<Probe> {
  const { solver = 'sgd', classes, iterations = 200, signal } = options;
  if (solver === 'sgd') return trainProbe(train, { ...options, rates: candidates, rng });
  if (solver === 'ridge') return sideBySide(await fitRidge(train, classes, candidates), train.dim, classes);
  const fitted: FlatProbe[] = [];
  for (const penalty of candidates) fitted.push(await fitLogistic(train, { classes, penalty, iterations, signal }));
  return sideBySide(fitted, train.dim, classes);
}

/** Classifiers that were fitted apart, as one probe. */
function sideBySide(fitted: readonly FlatProbe[], dim: number, classes: number): Probe {
  const size = dim * classes;
  const stacked = fitted.map((flat) => Float32Array.from(flat));
  return tf.tidy(() => ({
    weights: tf.stack(
      stacked.map((flat) => tf.tensor2d(flat.subarray(0, size), [dim, classes])),
      1,
    ) as tf.Tensor3D,
    bias: tf.stack(stacked.map((flat) => tf.tensor1d(flat.subarray(size)))) as tf.Tensor2D,
  })) as Probe;
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
