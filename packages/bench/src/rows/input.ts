import { smallRun, photoRun, fullRun, type TrainOptions } from '../options.js';
import { perSecond, runPairs } from '../pairs.js';
import { startOurs, startPeer } from '../peer.js';
import { LIGHTLY, type Bench, type Group, type Measured, type Wanted } from '../row.js';

interface InputRow {
  readonly name: string;
  readonly title: string;
  readonly task: 'views' | 'embed';
  readonly images: 'small' | 'photos';
  readonly options: (images: string) => TrainOptions;
  readonly wanted: Wanted;
  /** Batches (views) or passes over all images (embed) of a turn. */
  readonly count: number;
}

const rows: InputRow[] = [
  {
    name: 'views',
    title: 'Two augmented views of each image from JPEG files, whole moco-v2 recipe: images of 32 px',
    task: 'views',
    images: 'small',
    options: smallRun,
    wanted: { atLeast: 5 },
    count: 62,
  },
  {
    name: 'views-photos',
    title: 'Two augmented views of each image from JPEG files, whole moco-v2 recipe: 500 x 375 to 224 px',
    task: 'views',
    images: 'photos',
    options: (images) => ({ ...photoRun(images), batch: 32 }),
    wanted: { atLeast: 3 },
    count: 12,
  },
  {
    name: 'embed',
    title: 'Features of JPEG files by a frozen ResNet-18 of width 64, 32 px, batch 64',
    task: 'embed',
    images: 'small',
    options: fullRun,
    wanted: { atLeast: 1.2 },
    count: 1,
  },
];

async function measure({ name, title, task, images, options, wanted, count }: InputRow, bench: Bench): Promise<Measured> {
  const given = options(await bench.images(images));
  const [ours, peer] = await Promise.all([startOurs(task, given), startPeer(await bench.python(), task, given)]);
  try {
    const settle = task === 'embed' ? 1 : 4;
    const counts = bench.quick ? { pairs: 1, settle: 1, count: 2 } : { pairs: bench.pairs, settle, count };
    const compared = await runPairs(ours, peer, counts, perSecond);
    const memory = { ours: ours.peakMiB(), peer: peer.peakMiB() };
    return { ...compared, name, title, unit: 'images/s', against: LIGHTLY, wanted, memory };
  } finally {
    await Promise.all([ours.end(), peer.end()]);
  }
}

export const inputGroups: Group[] = rows.map((row) => ({ names: [row.name], run: async (bench) => [await measure(row, bench)] }));
