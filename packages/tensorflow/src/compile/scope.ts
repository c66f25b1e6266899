import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { findRunning, running } from '../runtime/runtime.js';
import { inScope, type NodeNames } from './node-names.js';

/**
 * Runs `fn`. While a function is traced, the nodes that `fn` adds are called `name/...`: a profile sums up their time under that name.
 * Scopes nest. Without a trace it does nothing more.
 */
export function scope<R>(name: string, fn: () => R): R {
  const close = findRunning()?.binding.trace?.names.open(name);
  try {
    return fn();
  } finally {
    close?.();
  }
}

interface TapeNode {
  gradient?: (dys: Tensor[]) => Record<string, () => Tensor>;
}

/**
 * To be called before a forward pass is recorded on the tape: the gradient of each of its ops then names its nodes after the op, under
 * `backward/`. @returns To be called when the pass is over; what that returns, when the gradients are there.
 */
export function nameGradients(): () => () => void {
  const names = running().binding.trace?.names;
  const tape = engine().state.activeTape as unknown as TapeNode[];
  if (!names || Object.hasOwn(tape, 'push')) return () => () => undefined;
  tape.push = (...nodes) => {
    for (const node of nodes) placeGradient(node, names);
    return Array.prototype.push.apply(tape, nodes);
  };
  return () => names.open('backward'); // for what the tape itself adds: sums of gradients
}

function placeGradient(node: TapeNode, names: NodeNames): void {
  const { gradient } = node;
  if (!gradient) return;
  const place = { ...names.last, scope: inScope('backward', names.last.scope) };
  node.gradient = (dys) =>
    names.at(place, () => {
      const of = gradient(dys);
      return Object.fromEntries(Object.entries(of).map(([input, make]) => [input, () => names.at(place, make)]));
    });
}
