import type { PluginStateAccess, Tensors } from '@mochi/contract';
import type { Tensor } from '@tensorflow/tfjs-core';
import { pluginStateChanged, unknownState } from '../errors.js';

const describe = (tensor: Tensor): string => `${tensor.dtype}[${tensor.shape.join(', ')}]`;

/** One plugin's part of the run's state, for its run hooks. `tensors` is read anew each time: the step replaces it. */
export function accessState(plugin: string, tensors: () => Tensors): PluginStateAccess {
  const current = (name: string): Tensor => {
    const tensor = tensors()[name];
    if (!tensor) throw unknownState(plugin, name, Object.keys(tensors()));
    return tensor;
  };
  return {
    get: current,
    set(name, next) {
      const before = current(name);
      if (describe(next) !== describe(before)) throw pluginStateChanged(plugin, name, describe(next), describe(before));
      tensors()[name] = next;
      if (next !== before) before.dispose();
    },
  };
}
