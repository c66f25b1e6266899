import { addStepMetrics, adjustGradients, adjustLoss, type Batch, type BuildContext, type Tensors } from '@mochi/contract';
import type { HookRunner } from '@mochi/core';
import { createRng, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Feeds, RunState, StepParts, StepResult } from './parts.js';
import { selectTree } from './select-tree.js';
import { chainSamplers } from './sampler-chain.js';

export type Step = (state: RunState, batch: Batch, feeds: Feeds, phases: Record<string, string>) => StepResult;

/**
 * The training step as a pure function (state, batch, feeds) -> (state, metrics), fit for `compile`: no reads, no clocks, no JavaScript
 * randomness. When the loss or any gradient is not finite, the state stays as it was and `failedAt` says at which step.
 */
export function buildStep(parts: StepParts, hooks: HookRunner): Step {
  return (state, batch, feeds, phases) => {
    const rng = createRng(parts.seed, 'step', feeds.step);
    const chain = chainSamplers(parts.samplers, parts.bank, {
      ...feeds,
      rng: rng.fork('samplers'),
      phases,
      states: state.plugins,
    });
    const contextOf =
      (shared: Record<string, tf.Tensor>) =>
      (id: string): BuildContext => ({
        step: feeds.step,
        epoch: feeds.epoch,
        rng: rng.fork(id),
        scalars: feeds.scalars[id] ?? {},
        state: state.plugins[id] ?? {},
        shared,
      });
    const methodContext = { ...feeds, rng: rng.fork('method'), scalars: feeds.scalars[parts.method.id] ?? {}, draw: chain.draw };
    const { loss, gradients, aux } = valueAndGrads((params) => {
      const out = parts.method.part.step(parts, params, state.method, batch, methodContext);
      const adjusted = hooks.buildWaterfall(adjustLoss, out.loss, contextOf(out.shared));
      return { loss: adjusted, aux: { state: out.state, samplers: chain.next, metrics: out.metrics, shared: out.shared } };
    }, state.params);

    const context = contextOf(aux.shared);
    const finalGradients = hooks.buildWaterfall(adjustGradients, gradients, context);
    const updated = parts.optimizer.update(state.params, finalGradients, state.slots, feeds.rate, feeds.step);
    const gradientNorm = globalNorm(finalGradients);
    const finite = tf.logicalAnd(tf.logicalAnd(isFinite(loss), isFinite(gradientNorm)), tf.less(state.failedAt, 0)) as tf.Scalar;
    const next = { ...updated, method: aux.state, plugins: withNext(state.plugins, aux.samplers) };
    const kept = { params: state.params, slots: state.slots, method: state.method, plugins: state.plugins };
    const guarded = selectTree(finite, next, kept);
    const metrics = hooks.buildWaterfall(addStepMetrics, { loss, gradientNorm, ...aux.metrics }, context);
    return { state: { ...guarded, failedAt: firstFailure(state.failedAt, finite, feeds.step) }, metrics };
  };
}

/** L2 norm over all gradients, scalar. Not finite when any of them is not. */
const globalNorm = (gradients: Tensors): tf.Scalar =>
  tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar)));

const isFinite = (x: tf.Scalar): tf.Tensor => tf.isFinite(x);

const firstFailure = (failedAt: tf.Scalar, finite: tf.Scalar, step: tf.Scalar): tf.Scalar =>
  tf.where(tf.logicalOr(finite, tf.greaterEqual(failedAt, 0)), failedAt, step) as tf.Scalar;

/** The states of plugins after the step: what a sampler does not return stays as it was. */
const withNext = (before: Record<string, Tensors>, next: Record<string, Tensors>): Record<string, Tensors> =>
  Object.fromEntries(Object.entries(before).map(([id, own]) => [id, { ...own, ...next[id] }]));
