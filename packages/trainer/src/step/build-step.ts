import {
  addStepMetrics,
  adjustGradients,
  type Batch,
  type BankEntries,
  type BankState,
  type BuildContext,
  type Drawn,
} from '@mochi/contract';
import type { Tensors } from '@mochi/contract';
import type { HookRunner } from '@mochi/core';
import { createRng, scope } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { average, splitBatch } from './accumulate.js';
import { Faults, firstFault } from './faults.js';
import { mayBeOverflow, nextLossScale, type LossScale } from './loss-scale.js';
import { mixedEncoder } from './mixed-encoder.js';
import { runPass, type Pass } from './pass.js';
import { bindMixing } from './bind-mixing.js';
import { PluginUpdates } from './plugin-updates.js';
import type { Feeds, RunState, StepParts, StepResult } from './parts.js';
import { selectTree } from './select-tree.js';

export type Step = (state: RunState, batch: Batch, feeds: Feeds, phases: Record<string, string>) => StepResult;

/**
 * The training step as a pure function (state, batch, feeds) -> (state, metrics), fit for `compile`: no reads, no clocks, no JavaScript
 * randomness. When the loss or any gradient is not finite, or a sampler's output fails a check, the state stays as it was; `failedAt` says at
 * which step, and `fault` which check it was. Under float16 the loss is scaled, and gradients that overflow leave the state as it was too, but
 * are no failure: the scale is halved.
 *
 * Order: the method advances; each part of the batch passes forward and backward, against the banks as they were; gradients are averaged; the
 * optimizer; only then the keys of all parts enter the banks.
 *
 * @param faults Collects the checks of this step, to say what a code in `fault` means.
 */
export function buildStep(given: StepParts, hooks: HookRunner, faults = new Faults()): Step {
  const parts = { ...given, encoder: mixedEncoder(given.encoder) };
  return (state, batch, feeds, phases) => {
    const rng = createRng(parts.seed, 'step', feeds.step);
    const updates = new PluginUpdates(state.plugins);
    const contextOf =
      (shared: Record<string, tf.Tensor>, drawn?: Drawn) =>
      (id: string): BuildContext => ({
        ...{ step: feeds.step, epoch: feeds.epoch, shared, drawn, rng: rng.fork(id) },
        scalars: feeds.scalars[id] ?? {},
        state: state.plugins[id] ?? {},
        update: (name, next) => updates.set(id, name, next),
      });
    const scalars = feeds.scalars[parts.method.id] ?? {};
    const own = { ...feeds, rng: rng.fork('method'), scalars, ...(parts.mixing ? { mixing: bindMixing(parts.mixing, feeds, rng) } : {}) }; // prettier-ignore
    const method = scope('advance', () => parts.method.part.advance?.(state.params, state.method, own)) ?? state.method;
    const environment = { parts, hooks, state, phases, feeds, rng, own, contextOf, faults };
    const passes = splitBatch(batch, parts.accumulate).reduce<Pass[]>(
      (done, part) => [...done, runPass(environment, part, done.at(-1) ?? { state: method, plugins: state.plugins })],
      [],
    );
    const last = passes.at(-1)!;
    const context = contextOf(last.shared, last.drawn);
    const { loss, gradients, metrics } = average(passes);
    const finalGradients = hooks.buildWaterfall(adjustGradients, gradients, context);
    const updated = scope('optimizer', () =>
      parts.optimizer.update(state.params, finalGradients, state.slots, feeds.rate, feeds.step),
    );
    const gradientNorm = scope('guard', () => globalNorm(finalGradients));
    const fault = firstFault(
      state.fault,
      passes.map((pass) => pass.fault).reduce((first, one) => firstFault(first, one)),
    );
    const sound = [tf.isFinite(loss), tf.isFinite(gradientNorm), tf.less(state.failedAt, 0), tf.less(fault, 0)];
    const finite = sound.reduce((all, one) => tf.logicalAnd(all, one)) as tf.Scalar;
    const banks = scope('bank', () => enqueueAll(parts, state.banks, passes, feeds.step));
    const scaling = state.lossScale && scaleAfter(state.lossScale, loss, gradientNorm);
    const measured = { loss, gradientNorm, ...metrics, ...scaling?.metrics };
    const all = hooks.buildWaterfall(addStepMetrics, measured, context);
    const next = { ...updated, method: last.state, banks, plugins: updates.laidOn(last.plugins) };
    const { params, slots, method: before, banks: full, plugins } = state;
    const guarded = scope('guard', () => selectTree(finite, next, { params, slots, method: before, banks: full, plugins }));
    const fine = scaling ? tf.logicalOr(finite, scaling.overflow) : finite;
    const failedAt = firstFailure(state.failedAt, fine as tf.Scalar, feeds.step);
    return { state: { ...guarded, failedAt, fault, ...scaling?.state }, metrics: all };
  };
}

/** What loss scaling makes of a step: an overflow leaves the state as it was, and is no failure. */
function scaleAfter(before: LossScale, loss: tf.Scalar, gradientNorm: tf.Scalar) {
  const sound = tf.isFinite(gradientNorm) as tf.Scalar;
  return {
    state: { lossScale: nextLossScale(before, sound) },
    overflow: mayBeOverflow(before, tf.isFinite(loss), sound),
    metrics: { lossScale: before.scale },
  };
}

/** The banks with the keys of every part, written at once when every loss is there. */
function enqueueAll(
  { banks }: StepParts,
  states: Record<string, BankState>,
  passes: readonly Pass[],
  step: tf.Scalar,
): Record<string, BankState> {
  const entries = passes.flatMap((pass) => (pass.entries ? [pass.entries] : []));
  if (entries.length === 0) return states;
  const all = (of: (one: BankEntries) => tf.Tensor): tf.Tensor =>
    entries.length === 1 ? of(entries[0]!) : tf.concat(entries.map(of));
  const [keys, ids] = [all((one) => one.keys) as tf.Tensor2D, all((one) => one.ids) as tf.Tensor1D];
  const labels = entries[0]!.labels && (all((one) => one.labels!) as tf.Tensor1D);
  const written = banks.map(({ bank }) => {
    const state = bank.enqueue(states[bank.name]!, keys, ids, step, bank.keepLabels ? labels : undefined);
    return [bank.name, state] as const;
  });
  return Object.fromEntries(written);
}

/** L2 norm over all gradients, scalar. Not finite when any of them is not. */
const globalNorm = (gradients: Tensors): tf.Scalar =>
  tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar)));

const firstFailure = (failedAt: tf.Scalar, finite: tf.Scalar, step: tf.Scalar): tf.Scalar =>
  tf.where(tf.logicalOr(finite, tf.greaterEqual(failedAt, 0)), failedAt, step) as tf.Scalar;
