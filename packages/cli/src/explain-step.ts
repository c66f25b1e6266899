import type { RunHost } from '@mochi/core';
import { disposeTree, flattenTree, startTensorFlow } from '@mochi/tensorflow';
import { assemble, initialState, makeFeeds } from '@mochi/trainer';
import type { ViewSpec } from '@mochi/contract';

export interface StepInput {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What goes into the compiled step of a run: its state, the batch, and the numbers that the host feeds. */
export async function explainStep(host: RunHost): Promise<{ state: StepInput[]; batch: StepInput[]; feeds: StepInput[] }> {
  await startTensorFlow(host.config.runtime);
  const parts = await assemble(host);
  const state = initialState(parts.step, parts.states);
  const { stepsPerEpoch, totalSteps, batchSize } = parts;
  const feeds = makeFeeds(parts.step, parts.scalars, { step: 0, epoch: 0, epochs: 0, stepsPerEpoch, totalSteps, filled: 0 });
  const needed = ({ name }: ViewSpec) => parts.step.method.part.views.includes(name);
  const views = parts.augmentation.views
    .filter(needed)
    .map(({ name, size }) => ({ name, dtype: 'float32', shape: [batchSize, size, size, 3] }));
  const result = {
    state: listed(state),
    batch: [...views, { name: 'ids', dtype: 'int32', shape: [batchSize] }],
    feeds: listed(feeds),
  };
  disposeTree(state);
  disposeTree(feeds);
  parts.evaluation.reader.dispose();
  return result;
}

const listed = (tree: object): StepInput[] =>
  flattenTree(tree as Parameters<typeof flattenTree>[0]).map(({ path, tensor }) => ({
    name: path,
    dtype: tensor.dtype,
    shape: tensor.shape,
  }));
