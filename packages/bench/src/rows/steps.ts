import { runPairs, perSecond } from '../pairs.js';
import { startOurs, startPeer } from '../peer.js';
import { MOCHI, fullRun, photoRun, smallRun, type TrainOptions } from '../options.js';
import { LIGHTLY, type Bench, type Group, type Measured, type Wanted } from '../row.js';
import { checkLoss } from './check.js';

interface StepRow {
  readonly name: string;
  readonly title: string;
  readonly images: 'small' | 'photos';
  readonly run: (images: string) => TrainOptions;
  readonly wanted: Wanted;
  /** Steps of a turn. */
  readonly count: number;
}

const EPOCH = 31; // steps of 64 images out of 2,000: every turn has the end of one epoch in it

const rows: StepRow[] = [
  {
    name: 'step-small',
    title: 'Training from JPEG files, MoCo-v2 with its whole augmentation: ResNet-18 of width 16, 32 px, batch 64, bank 4,096',
    images: 'small',
    run: smallRun,
    wanted: { atLeast: 2 },
    count: EPOCH,
  },
  {
    name: 'step-small-mochi',
    title: 'The same with MoCHi(1024, 1024, 128); the peer gathers and mixes explicitly',
    images: 'small',
    run: (images) => ({ ...smallRun(images), mochi: MOCHI }),
    wanted: { atLeast: 2.4 },
    count: EPOCH,
  },
  {
    name: 'step-small-compiled',
    title: 'step-small, the peer through torch.compile',
    images: 'small',
    run: (images) => ({ ...smallRun(images), compile: true }),
    wanted: { atLeast: 2 },
    count: EPOCH,
  },
  {
    name: 'step-full',
    title: 'Training from JPEG files, MoCo-v2: ResNet-18 of width 64, 32 px, batch 64, bank 4,096',
    images: 'small',
    run: fullRun,
    wanted: { atLeast: 1.15 },
    count: 8,
  },
  {
    name: 'step-r50',
    title: 'Training from JPEG files, MoCo-v2: ResNet-50, 224 px, batch 8, bank 4,096',
    images: 'photos',
    run: photoRun,
    wanted: { atLeast: 1.1 },
    count: 4,
  },
];

async function measure(row: StepRow, bench: Bench): Promise<Measured> {
  const options = row.run(await bench.images(row.images));
  const python = await bench.python();
  await checkLoss(python, options, bench.say);
  const [ours, peer] = await Promise.all([startOurs('train', options), startPeer(python, 'train', options)]);
  try {
    const counts = bench.quick ? { pairs: 1, settle: 1, count: 2 } : { pairs: bench.pairs, settle: 3, count: row.count };
    const compared = await runPairs(ours, peer, counts, perSecond);
    const memory = { ours: ours.peakMiB(), peer: peer.peakMiB() };
    return { ...compared, name: row.name, title: row.title, unit: 'images/s', against: LIGHTLY, wanted: row.wanted, memory };
  } finally {
    await Promise.all([ours.end(), peer.end()]);
  }
}

/** Memory is that of the processes that step-full compares. */
function memoryOf(full: Measured): Measured[] {
  const { ours, peer } = full.memory!;
  if (ours === null || peer === null) return [];
  const ratio = ours / peer;
  const title = 'Most resident memory while training as in step-full; the peer with its data workers';
  return [
    {
      ours,
      peer,
      ratio,
      spread: [ratio, ratio],
      processorRatio: null,
      name: 'memory',
      title,
      unit: 'MiB',
      against: LIGHTLY,
      wanted: { atMost: 1 },
    },
  ];
}

export const stepGroups: Group[] = rows.map((row) => ({
  names: row.name === 'step-full' ? [row.name, 'memory'] : [row.name],
  run: async (bench) => {
    const measured = await measure(row, bench);
    return row.name === 'step-full' ? [measured, ...memoryOf(measured)] : [measured];
  },
}));
