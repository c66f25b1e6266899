import type { StateTree } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { foreignStateDisposed } from '../errors.js';

/** Shows the state of a run to the hooks of plugins, and finds out which of them did more than look. */
export class StateReaders {
  /** Plugins that have looked since the state was last found whole. */
  private readonly ids = new Set<string>();

  /** The tensors of the state in records that cannot be written to: who wants to change state registers its own. */
  view(plugin: string, tree: StateTree): StateTree {
    this.ids.add(plugin);
    return readOnly(tree);
  }

  /** Costs nothing where nobody looked. @throws MOCHI_STATE_FOREIGN where a tensor has been disposed. */
  check(tree: StateTree): void {
    if (this.ids.size === 0) return;
    const path = disposedIn(tree);
    if (path !== undefined) throw foreignStateDisposed(path, [...this.ids]);
    this.ids.clear();
  }
}

const readOnly = (tree: StateTree): StateTree =>
  Object.freeze(
    Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, isTensor(value) ? value : readOnly(value)])),
  );

/** Path of a tensor that somebody has disposed, or undefined. */
function disposedIn(tree: StateTree, path = ''): string | undefined {
  for (const [name, value] of Object.entries(tree)) {
    const at = path === '' ? name : `${path}/${name}`;
    const found = isTensor(value) ? (value.isDisposed ? at : undefined) : disposedIn(value, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;
