import { running } from './runtime.js';

/** Ops that `fn` starts run on the processor, compiled functions as a whole, whatever else there is. Their results are there too. */
export function onCpu<R>(fn: () => R): R {
  const { engine } = running();
  const before = engine.pinned;
  engine.pinned = true;
  try {
    return fn();
  } finally {
    engine.pinned = before;
  }
}
