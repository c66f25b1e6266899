import { writeFile } from 'node:fs/promises';
import { DEFAULT_BANK, type EncoderWeights, type Tensors } from '@mochi/contract';
import { toTorchvision } from '@mochi/encoders';
import { encodeSafetensors } from '@mochi/tensorflow';
import { BatchFeed, initialState, makeFeeds, phasesAt, StepRunner } from '@mochi/trainer';
import type { TrainOptions } from '../options.js';
import { openParts } from './open-parts.js';
import type { Task } from './task.js';

/** Writes weights, bank and one batch to `path`, for the peer, and answers with the loss of the first step on them. */
export async function checkTask({ path, ...options }: TrainOptions & { path: string }): Promise<Task> {
  const parts = await openParts(options);
  const { method } = parts.step;
  const feed = new BatchFeed({ ...parts, views: method.part.views, seed: parts.step.seed, ...parts.train });
  const { batch } = await feed.next();
  const state = initialState(parts.step, parts.states);
  const { query, key } = method.part.encoders(state.params, state.method) as { query: EncoderWeights; key: EncoderWeights };
  const { rows } = state.banks[DEFAULT_BANK]!;
  await writeFile(
    path,
    await encode({
      ...prefixed('query', toTorchvision(query)),
      ...prefixed('key', toTorchvision(key)),
      ...prefixed('views', batch.views),
      bank: rows,
    }),
  );
  const { stepsPerEpoch, totalSteps } = parts;
  const progress = { step: 0, epoch: 0, epochs: 0, stepsPerEpoch, totalSteps, filled: 0 };
  const feeds = makeFeeds(parts.step, parts.scalars, progress);
  const { metrics } = await new StepRunner(parts.buildStep(), false).run(state, batch, feeds, phasesAt(parts.step, progress));
  const [loss] = await metrics['loss']!.data();
  return { turn: () => Promise.resolve(loss!) };
}

const prefixed = (prefix: string, tensors: Tensors): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));

async function encode(tensors: Tensors): Promise<Uint8Array> {
  const entries = Object.entries(tensors).map(async ([name, tensor]) => {
    const data = (await tensor.data()) as Float32Array;
    return [name, { dtype: 'F32', shape: tensor.shape, data }] as const;
  });
  return encodeSafetensors(await Promise.all(entries));
}
