import type { Encoder } from '@mochi/contract';
import { disposeTree } from '@mochi/tensorflow';
import type { RunParts } from '../run/assemble.js';
import { initialState } from '../run/initial-state.js';
import type { RunState } from '../step/parts.js';
import type { Position } from './layout.js';
import { readNewest, restoreState } from './read.js';

export interface Restored {
  /** Folder of the checkpoint that was read; null where a run begins. */
  readonly checkpoint: string | null;
  /** Owned by the caller. */
  readonly state: RunState;
  readonly position: Position;
}

/**
 * The state of a checkpoint, for the run that `parts` describe.
 *
 * @param path A run folder (its newest checkpoint) or a checkpoint folder.
 * @throws MOCHI_CHECKPOINT_MISSING, MOCHI_CHECKPOINT_CORRUPT, MOCHI_CHECKPOINT_MISMATCH
 */
export async function restore(parts: RunParts, path: string): Promise<Restored> {
  const { path: checkpoint, manifest, tensors } = await readNewest(path);
  const fresh = initialState({ ...parts.step, encoder: withoutFiles(parts.step.encoder) }, parts.states);
  try {
    return { checkpoint, state: restoreState(checkpoint, fresh, tensors), position: { ...manifest.position } };
  } finally {
    disposeTree(fresh);
  }
}

/** The encoder as a checkpoint needs it, which brings the weights: the file that `init` would read may be gone. */
export const withoutFiles = (encoder: Encoder): Encoder => ({
  name: encoder.name,
  dims: encoder.dims,
  init: (rng) => (encoder.draw ? encoder.draw(rng) : encoder.init(rng)),
  apply: (weights, images, mode) => encoder.apply(weights, images, mode),
});
