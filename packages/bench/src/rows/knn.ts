import { perSecond, runPairs } from '../pairs.js';
import { startOurs, startPeer } from '../peer.js';
import type { KnnOptions } from '../options.js';
import { LIGHTLY, type Group } from '../row.js';

const options: KnnOptions = { rows: 50_000, queries: 10_000, dim: 512, k: 200, temperature: 0.1, classes: 100 };

export const knn: Group = {
  names: ['knn'],
  run: async (bench) => {
    const given = bench.quick ? { ...options, rows: 5000, queries: 500 } : options;
    const [ours, peer] = await Promise.all([startOurs('knn', given), startPeer(await bench.python(), 'knn', given)]);
    try {
      const counts = bench.quick ? { pairs: 1, settle: 0, count: 1 } : { pairs: bench.pairs, settle: 0, count: 1 };
      await Promise.all([ours.turn(1), peer.turn(1)]);
      const compared = await runPairs(ours, peer, counts, perSecond);
      const memory = { ours: ours.peakMiB(), peer: peer.peakMiB() };
      const title = 'Weighted kNN, k 200: 10,000 queries against 50,000 rows of 512 numbers';
      return [{ ...compared, name: 'knn', title, unit: 'queries/s', against: LIGHTLY, wanted: { atLeast: 1 }, memory }];
    } finally {
      await Promise.all([ours.end(), peer.end()]);
    }
  },
};
