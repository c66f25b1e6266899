import { isMochiError, type LiveBank } from '@mochi/contract';
import { createRng, l2Normalize } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { openDraws } from '../step/draw.js';
import { Faults } from '../step/faults.js';
import type { StepParts } from '../step/parts.js';
import { makeFeeds, phasesAt, type ScalarInputs } from './feeds.js';
import { initialBanks, initialPlugins, type StateInputs } from './initial-state.js';

/** Queries that a chain is tried with. */
const QUERIES = 2;

/**
 * Has a chain of several samplers draw once, for random queries, so that samplers which contradict each other are told before a run begins and
 * not when its first step is traced. What else they may throw is left to that step, which has the real batch.
 *
 * @throws MOCHI_DENOMINATORS_DIFFER
 */
export function tryChain(parts: StepParts, scalars: ScalarInputs, states: StateInputs): void {
  if (parts.samplers.length < 2) return;
  const progress = { step: 0, epoch: 0, epochs: 0, stepsPerEpoch: 1, totalSteps: 1, filled: 0 };
  try {
    tf.tidy(() => {
      const rng = createRng(parts.seed, 'try-chain');
      const feeds = makeFeeds(parts, scalars, progress);
      const context = { ...feeds, phases: phasesAt(parts, progress), faults: new Faults(), rng };
      const plugins = initialPlugins(states, rng);
      const unit = (name: string) => l2Normalize(rng.fork(name).normal([QUERIES, parts.encoder.dims.head])) as tf.Tensor2D;
      const keys = unit('keys');
      const ids = tf.range(0, QUERIES, 1, 'int32');
      const labels = tf.zeros([QUERIES], 'int32') as tf.Tensor1D;
      const live: LiveBank = { rows: keys, ids, labels, mask: tf.zeros([QUERIES, QUERIES]) };
      const { draw } = openDraws(parts, initialBanks(parts, parts.banks), { ...context, states: plugins });
      draw({
        queries: unit('queries'),
        keys,
        ids,
        labels,
        temperature: 1,
        ...(parts.method.part.negatives === 'batch' ? { live } : {}),
      });
    });
  } catch (error) {
    if (isMochiError(error) && error.code === 'MOCHI_DENOMINATORS_DIFFER') throw error;
  }
}
