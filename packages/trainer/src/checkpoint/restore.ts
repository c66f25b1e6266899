import { disposeTree } from '@mochi/tensorflow';
import type { RunParts } from '../run/assemble.js';
import { initialState } from '../run/initial-state.js';
import type { RunState } from '../step/parts.js';
import type { Position } from './layout.js';
import { findCheckpoint, readCheckpoint, restoreState } from './read.js';

export interface Restored {
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
  const checkpoint = await findCheckpoint(path);
  const { manifest, tensors } = await readCheckpoint(checkpoint);
  const fresh = initialState(parts.step, parts.states);
  try {
    return { state: restoreState(checkpoint, fresh, tensors), position: { ...manifest.position } };
  } finally {
    disposeTree(fresh);
  }
}
