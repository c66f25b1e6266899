import type { Child } from '../child.js';
import { smallRun } from '../options.js';
import { compare } from '../pairs.js';
import { startOurs, startPeer } from '../peer.js';
import { LIGHTLY, type Group } from '../row.js';

/** Seconds from the start of the process to the end of its first training step. */
async function secondsToFirstStep(start: () => Promise<Child>): Promise<number> {
  const began = performance.now();
  const side = await start();
  try {
    await side.turn(1);
    return (performance.now() - began) / 1000;
  } finally {
    await side.end();
  }
}

export const start: Group = {
  names: ['start'],
  run: async (bench) => {
    const options = smallRun(await bench.images('small'));
    const python = await bench.python();
    const values: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] };
    for (let at = -1; at < (bench.quick ? 1 : bench.pairs); at++) {
      const ours = await secondsToFirstStep(() => startOurs('train', options));
      const peer = await secondsToFirstStep(() => startPeer(python, 'train', options));
      if (at < 0) continue; // the first reads everything from disk
      values.ours.push(ours);
      values.peer.push(peer);
    }
    const title = 'From the start of the process to the end of the first step of step-small, files in the cache; at most 5 s';
    const compared = compare(values.ours, values.peer);
    return [{ ...compared, name: 'start', title, unit: 's', against: LIGHTLY, wanted: { atMost: 1 } }];
  },
};
