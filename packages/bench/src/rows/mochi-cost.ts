import { fullRun, gpuSmallRun, type TrainOptions } from '../options.js';
import { runPairs } from '../pairs.js';
import { startOurs } from '../peer.js';
import type { Bench, Group, Measured } from '../row.js';

const SYNTHETIC = [256, 1024, 4096];

interface Cost {
  readonly prefix: string;
  readonly run: (images: string) => TrainOptions;
  readonly banks: readonly number[];
  /** Steps of a turn. */
  readonly count: number;
}

/** Ours alone: the step on one batch with mixtures, against the same with plain negatives. */
async function measure(bench: Bench, { prefix, run, count }: Cost, bank: number, s: number): Promise<Measured> {
  const plain = { ...run(await bench.images('small')), bank };
  const mixed = { ...plain, mochi: { n: 1024, s, sPrime: s / 8 } };
  const [ours, peer] = [await startOurs('fixed', mixed), await startOurs('fixed', plain)];
  try {
    const counts = bench.quick ? { pairs: 1, settle: 1, count: 1 } : { pairs: bench.pairs, settle: 1, count };
    const compared = await runPairs(ours, peer, counts, ({ seconds }) => (seconds / counts.count) * 1000);
    return {
      ...compared,
      name: `${prefix}/k-${bank}/s-${s}`,
      title: `A step with MoCHi(1024, ${s}, ${s / 8}) over one with plain negatives: ResNet-18 of width 64, batch ${plain.batch}, bank ${bank}`,
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
const groupsOf = (cost: Cost): Group[] =>
  cost.banks.map((bank) => ({
    names: [`${cost.prefix}/k-${bank}`],
    run: async (bench) => {
      const measured: Measured[] = [];
      for (const s of SYNTHETIC) measured.push(await measure(bench, cost, bank, s));
      return measured;
    },
  }));

export const mochiCost = groupsOf({ prefix: 'mochi-cost', run: fullRun, banks: [4096, 16_384, 65_536], count: 3 });
export const gpuMochiCost = groupsOf({ prefix: 'gpu-mochi-cost', run: gpuSmallRun, banks: [16_384, 65_536], count: 30 });
