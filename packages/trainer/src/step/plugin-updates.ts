import type { Tensors } from '@mochi/contract';
import type { Tensor } from '@tensorflow/tfjs-core';
import { unknownState } from '../errors.js';

/** What build hooks make of the states of their plugins, while a step is traced. */
export class PluginUpdates {
  private readonly next: Record<string, Tensors> = {};

  constructor(private readonly states: Readonly<Record<string, Tensors>>) {}

  /** @throws MOCHI_STATE_UNKNOWN */
  set(plugin: string, name: string, next: Tensor): void {
    const own = this.states[plugin] ?? {};
    if (!(name in own)) throw unknownState(plugin, name, Object.keys(own));
    this.next[plugin] = { ...this.next[plugin], [name]: next };
  }

  laidOn(states: Record<string, Tensors>): Record<string, Tensors> {
    return Object.fromEntries(Object.entries(states).map(([id, own]) => [id, { ...own, ...this.next[id] }]));
  }
}
