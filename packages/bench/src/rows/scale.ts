import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkNames } from '../images.js';
import { MOCHI, smallRun, type TrainOptions } from '../options.js';
import { startOurs } from '../peer.js';
import type { Bench, Group, Measured } from '../row.js';
import { growth, median } from '../statistics.js';

interface Axis {
  readonly name: string;
  readonly title: string;
  readonly task: 'fixed' | 'views' | 'files';
  readonly sizes: readonly number[];
  readonly options: (size: number, images: string) => TrainOptions;
  /** What cost should be linear in; default: the size itself. */
  readonly work?: (size: number) => number;
}

const axes: Axis[] = [
  {
    name: 'batch',
    title: 'A step of step-small with batches of 32 to 256',
    task: 'fixed',
    sizes: [32, 64, 128, 256],
    options: (batch, images) => ({ ...smallRun(images), batch }),
  },
  {
    name: 'bank',
    title: 'A step of step-small with banks of 4,096 to 65,536 rows',
    task: 'fixed',
    sizes: [4096, 16_384, 65_536],
    options: (bank, images) => ({ ...smallRun(images), bank }),
  },
  {
    name: 'synthetic',
    title: 'A step of step-small with MoCHi, 256 to 4,096 synthetic negatives',
    task: 'fixed',
    sizes: [256, 1024, 4096],
    options: (s, images) => ({ ...smallRun(images), mochi: { ...MOCHI, s } }),
  },
  {
    name: 'view-size',
    title: 'Two views of each image, 32 to 128 px, against the number of pixels',
    task: 'views',
    sizes: [32, 64, 128],
    options: (size, images) => ({ ...smallRun(images), size, batch: 32 }),
    work: (size) => size ** 2,
  },
];

/** Cost of one unit of work at one size, ms: the median of some turns. */
async function costOf(task: Axis['task'], options: TrainOptions, quick: boolean): Promise<number> {
  const side = await startOurs(task, options);
  try {
    const [settle, count, turns] = quick ? [1, 1, 1] : task === 'files' ? [0, 1, 3] : [2, 6, 3];
    const costs: number[] = [];
    for (let at = 0; at < turns; at++) {
      if (settle > 0) await side.turn(settle);
      costs.push(((await side.turn(count)).seconds / count) * 1000);
    }
    return median(costs);
  } finally {
    await side.end();
  }
}

/** `ours` is the cost at the largest size, `peer` what it would be if it grew in proportion from the smallest. */
function against(name: string, title: string, work: readonly number[], costs: readonly number[]): Measured {
  const [ours, peer] = [costs.at(-1)!, (costs[0]! * work.at(-1)!) / work[0]!];
  const ratio = ours / peer;
  const detail = `${title} (${costs.map((cost) => cost.toFixed(0)).join(', ')} ms; grows by the power ${growth(work, costs).toFixed(2)})`;
  const wanted = { atMost: 1 };
  return { name: `scale/${name}`, title: detail, unit: 'ms', against: 'growth in proportion', ours, peer, ratio, spread: [ratio, ratio], processorRatio: null, wanted }; // prettier-ignore
}

async function measure(axis: Axis, bench: Bench): Promise<Measured> {
  const images = await bench.images('small');
  const sizes = bench.quick ? axis.sizes.slice(0, 2) : axis.sizes;
  const costs: number[] = [];
  for (const size of sizes) costs.push(await costOf(axis.task, axis.options(size, images), bench.quick));
  return against(axis.name, axis.title, sizes.map(axis.work ?? ((size) => size)), costs);
}

async function measureFiles(bench: Bench): Promise<Measured> {
  const images = await bench.images('small');
  const sizes = bench.quick ? [1000, 2000] : [1000, 10_000, 100_000, 1_000_000];
  const costs: number[] = [];
  for (const size of sizes) {
    const folder = await mkdtemp(join(images, '..', 'names-')).catch(() => mkdtemp(join(tmpdir(), 'mochi-names-')));
    try {
      await linkNames(images, folder, size);
      costs.push(await costOf('files', smallRun(folder), bench.quick));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return against('files', 'From the name of a folder of 10^3 to 10^6 files to the first batch', sizes, costs);
}

export const scale: Group = {
  names: ['scale'],
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const axis of axes) measured.push(await measure(axis, bench));
    return [...measured, await measureFiles(bench)];
  },
};
