import { fullRun } from '../options.js';
import { runPairs } from '../pairs.js';
import { startOurs } from '../peer.js';
import type { Bench, Group, Measured } from '../row.js';

const BANKS = [4096, 16_384, 65_536];
const SYNTHETIC = [256, 1024, 4096];

/** Ours alone: the step on one batch with mixtures, against the same with plain negatives. */
async function measure(bench: Bench, bank: number, s: number): Promise<Measured> {
  const plain = { ...fullRun(await bench.images('small')), bank };
  const mixed = { ...plain, mochi: { n: 1024, s, sPrime: s / 8 } };
  const [ours, peer] = [await startOurs('fixed', mixed), await startOurs('fixed', plain)];
  try {
    const counts = bench.quick ? { pairs: 1, settle: 1, count: 1 } : { pairs: bench.pairs, settle: 1, count: 3 };
    const compared = await runPairs(ours, peer, counts, ({ seconds }) => (seconds / counts.count) * 1000);
    return {
      ...compared,
      name: `mochi-cost/k-${bank}/s-${s}`,
      title: `A step with MoCHi(1024, ${s}, ${s / 8}) over one with plain negatives: ResNet-18 of width 64, batch 64, bank ${bank}`,
      unit: 'ms/step',
      against: 'ours without MoCHi',
      wanted: s === 1024 ? { atMost: 1.05 } : null,
      memory: { ours: ours.peakMiB(), peer: peer.peakMiB() },
    };
  } finally {
    await Promise.all([ours.end(), peer.end()]);
  }
}

/** One group for each bank, asked for as `mochi-cost/k-4096`. */
export const mochiCost: Group[] = BANKS.map((bank) => ({
  names: [`mochi-cost/k-${bank}`],
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const s of SYNTHETIC) measured.push(await measure(bench, bank, s));
    return measured;
  },
}));
